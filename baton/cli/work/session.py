"""A process that works runs: the plumbing opened, a runner, and what Ctrl-C does to it."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import get_args

from baton.cli.terminal.output import forget, note
from baton.cli.terminal.signals import stopping_signals
from baton.config.home import load_env
from baton.config.settings import Role, Settings, read_settings, settings
from baton.errors import BadSetting
from baton.runs.registry import load
from baton.runs.runner import Runner
from baton.runtime.business import load_business
from baton.runtime.plumbing import Plumbing, opened

INTERRUPTED = 130
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING")
KEYS = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")


class Session:
    """What a command that works runs has in hand; `stopped` once a signal asked for the end."""

    def __init__(self, plumbing: Plumbing, runner: Runner) -> None:
        self.plumbing, self.runner = plumbing, runner
        self.stopped = False

    @contextmanager
    def signals(self) -> Iterator[None]:
        """The first signal lets the steps in progress finish, the second ends them."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        terminals = [stream for stream in (sys.stdout, sys.stderr) if stream.isatty()]

        def stop() -> None:
            forget(*(stream for stream in terminals if not stream.isatty()))  # it was hung up: each word would fail
            if self.stopped and task is not None:
                task.cancel()
            else:
                self.stopped = True
                note("stopping: the steps in progress finish first; once more ends them at once")
                self.runner.stop()

        numbers = stopping_signals()
        for number in numbers:
            loop.add_signal_handler(number, stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
                if self.stopped:  # the process is leaving; whoever asks again means now
                    signal.signal(number, _leave)


def _leave(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def in_session(work: Callable[[Session], Awaitable[int]]) -> int:
    """The exit code of `work`, done with the plumbing open.

    Raises:
        BatonError: the settings, the home or the database cannot be used, or `work` raised it.
    """
    load_env()
    refuse_tracing_without_key()
    refuse_models_without_key(settings())
    refuse_proxy_of_no_use(settings())
    business = load_business()
    if business.settings is not None:
        read_settings(business.settings)
    if business.ready is not None:
        business.ready()
    try:
        return asyncio.run(_session(work))
    except asyncio.CancelledError:
        note("ended; what was in progress goes on with: baton resume --all")
        return INTERRUPTED


def refuse_tracing_without_key() -> None:
    """Whoever asks for traces should learn that none are sent, rather than miss them later.

    Raises:
        BadSetting: tracing is on and there is no key.
    """
    asked = next((name for name in TRACING if os.environ.get(name, "").lower() in {"true", "1"}), None)
    if asked and not any(os.environ.get(name) for name in KEYS):
        raise BadSetting(f"{asked} is on and LANGSMITH_API_KEY is not set; set the key, or unset {asked}")


def refuse_models_without_key(configured: Settings) -> None:
    """Else every run would end at its first question to such a model.

    Raises:
        BadSetting: a role is mapped to a remote model, and there is neither a key nor an endpoint.
    """
    if configured.openai_api_key or configured.openai_base_url:
        return
    for role in get_args(Role):
        if (name := configured.model_of(role)).startswith("openai:"):
            told = "set the key, or OPENAI_BASE_URL for an endpoint without keys"
            raise BadSetting(f"BATON_MODEL_{role.upper()} is {name} and OPENAI_API_KEY is not set; {told}")


def refuse_proxy_of_no_use(configured: Settings) -> None:
    """Else every run would end at its first question to a remote model; the local one needs no proxy.

    Raises:
        BadSetting: a role is mapped to a remote model, and the proxy on the way to it cannot be used.
    """
    if any(configured.model_of(role).startswith("openai:") for role in get_args(Role)):
        from baton.models.models import remote_clients

        remote_clients(configured)[0].close()


async def _session(work: Callable[[Session], Awaitable[int]]) -> int:
    async with opened() as plumbing:
        session = Session(plumbing, Runner(plumbing, load))
        with session.signals():
            return await work(session)
