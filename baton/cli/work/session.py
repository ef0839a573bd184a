"""A process that works runs: its resources, a runner, and its reaction to Ctrl-C."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import get_args

from baton.cli.terminal.output import discard_output, note
from baton.cli.terminal.signals import stop_signals
from baton.config.home import load_env
from baton.config.settings import AZURE, RECORDED, REMOTE, TRACING, Role, Settings, read_settings, settings
from baton.errors import BadSetting
from baton.models.models import models
from baton.runs.registry import load
from baton.runs.runner import Runner
from baton.runtime.business import load_business
from baton.runtime.resources import Resources, open_resources

INTERRUPTED = 130
KEYS = ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY")


class Session:
    """The resources and the runner of a command that works runs; `stopped` is set by the first signal."""

    def __init__(self, resources: Resources, runner: Runner) -> None:
        self.resources, self.runner = resources, runner
        self.stopped = False

    async def start_models(self) -> None:
        """Start the models that run on this machine, so that what is wrong with one is told before a run is queued."""
        await (await self.resources.resource(models)).prepare()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Handle signals inside: the first one lets the steps in progress finish, the second one cancels them."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        terminals = [stream for stream in (sys.stdout, sys.stderr) if stream.isatty()]

        def stop() -> None:
            discard_output(*(stream for stream in terminals if not stream.isatty()))  # closed: writes would fail
            if self.stopped and task is not None:
                task.cancel()
            else:
                self.stopped = True
                note("stopping: the steps in progress finish first; once more ends them at once")
                self.runner.stop()

        numbers = stop_signals()
        for number in numbers:
            loop.add_signal_handler(number, stop)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)
                if self.stopped:  # the process is exiting; a further signal ends it at once
                    signal.signal(number, _exit_now)


def _exit_now(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)


def in_session(work: Callable[[Session], Awaitable[int]]) -> int:
    """Call `work` with open resources and return its exit code.

    Raises:
        BatonError: the settings, the home or the database cannot be used, or `work` raised it.
    """
    load_env()
    refuse_tracing_without_key()
    refuse_models_without_key(settings())
    refuse_proxy_of_no_use(settings())
    refuse_llamas_of_no_use(settings())
    refuse_recordings_of_no_use(settings())
    business = load_business()
    if business.settings is not None:
        read_settings(business.settings)
    if business.ready is not None:
        business.ready()
    try:
        return asyncio.run(_work_in_session(work))
    except asyncio.CancelledError:
        note("ended; what was in progress goes on with: baton resume --all")
        return INTERRUPTED


def refuse_tracing_without_key() -> None:
    """Refuse tracing without a key: LangSmith would send no traces, and nobody would notice.

    Raises:
        BadSetting: tracing is on and there is no key.
    """
    name = next((name for name in TRACING if os.environ.get(name, "").lower() in {"true", "1"}), None)
    if name and not any(os.environ.get(name) for name in KEYS):
        raise BadSetting(f"{name} is on and LANGSMITH_API_KEY is not set; set the key, or unset {name}")


def refuse_models_without_key(configured: Settings) -> None:
    """Refuse a remote model without a key: every run would end at its first call of the model.

    Raises:
        BadSetting: a role is mapped to a remote model, and there is neither a key nor an endpoint, or the key holds
            what no header can carry.
    """
    for role in get_args(Role):
        name = configured.model_of(role)
        if not name.startswith(REMOTE):
            continue
        remote = configured.remote_of(role)
        if name.startswith(AZURE) and not remote.url:
            raise BadSetting(f"BATON_MODEL_{role.upper()} is {name} and AZURE_OPENAI_ENDPOINT is not set; set it")
        if not remote.is_known:
            advice = "set the key, or OPENAI_BASE_URL for an endpoint without keys"
            raise BadSetting(f"BATON_MODEL_{role.upper()} is {name} and {remote.key_name} is not set; {advice}")


def refuse_proxy_of_no_use(configured: Settings) -> None:
    """Refuse a proxy that cannot be used: every run would end at its first call of a remote model.

    Raises:
        BadSetting: a role is mapped to a remote model, and the proxy on the way to it cannot be used.
    """
    if any(configured.model_of(role).startswith(REMOTE) for role in get_args(Role)):
        from baton.models.models import remote_clients

        remote_clients(configured)[0].close()


def refuse_llamas_of_no_use(configured: Settings) -> None:
    """Refuse a `llama:` model that cannot be served here: every run would end at its first call.

    Raises:
        BadSetting: xllamacpp or the file is missing, or the file is no model that can chat.
    """
    if names := configured.llamas():
        from baton.llama.weights import check_weights

        for name in names:
            check_weights(name)


def refuse_recordings_of_no_use(configured: Settings) -> None:
    """Refuse recordings that cannot be used: every run would end at its first call.

    Raises:
        BadSetting: a file of recordings cannot be read, or holds no answers of the model.
    """
    if configured.record or any(configured.model_of(role).startswith(RECORDED) for role in get_args(Role)):
        from baton.models.recordings import recorded_models

        recorded_models(configured)


async def _work_in_session(work: Callable[[Session], Awaitable[int]]) -> int:
    async with open_resources() as resources:
        session = Session(resources, Runner(resources, load))
        with session.signals():
            return await work(session)
