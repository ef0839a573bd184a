"""For the tests of a project: a model that gives scripted answers, retries off, a clock, and a hook around a commit.

    async def test_an_invoice_is_paid_once() -> None:
        with retries_off(), scripted_model({"payee": "Ann", "amount": "12.50"}) as model:
            paid = await graph.ainvoke({"message": "Please pay Ann 12.50"})
        assert [request.data["message"] for request in model.asked] == ["Please pay Ann 12.50"]

Each is a context manager that restores everything at its end. The settings are read anew inside `scripted_model`, so
open `opened()` within it.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, get_args
from unittest.mock import patch

from baton.config import policies
from baton.config.settings import Role, settings
from baton.offline.endpoint import Request, Responder
from baton.offline.transport import offer_responders
from baton.storage import claims
from baton.storage.database import Database

__all__ = ["Call", "ScriptedModel", "SteadyClock", "commit_hook", "retries_off", "scripted_model", "steady_clock"]

Hook = Callable[[], None]
_numbers = count(1)


def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class Call:
    """An answer that is a call of a tool."""

    tool: str
    args: Mapping[str, Any] = field(default_factory=dict)


class ScriptedModel(Mapping[str, Responder]):
    """A model that gives its answers in turn, the last one again and again; `asked` lists the requests.

    `name` is its name in `local:NAME` and `baton.offline.app`.

    An answer is a record, a JSON value, a text, a `Call`, or an exception to be raised: `baton.offline.Refusal` is a
    refusal of the model, any other an error 500 of its endpoint.
    """

    def __init__(self, name: str, *answers: Any) -> None:
        self.name = name
        self.asked: list[Request] = []
        self._answers = list(answers)

    def will(self, *answers: Any) -> None:
        """Replace the answers from now on."""
        self._answers = list(answers)

    def __getitem__(self, name: str) -> Responder:
        return lambda request: self._answer(name, request)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(("chat",))

    def __len__(self) -> int:
        return 1

    def _answer(self, name: str, request: Request) -> Any:
        """Take the next answer; None for a tool that it does not call."""
        answer = self._answers[0] if self._answers else LookupError("the script is empty")
        tools = {tool["function"]["name"] for tool in request.body.get("tools") or []}
        if name in tools and not (isinstance(answer, Call) and answer.tool == name):
            return None
        if len(self._answers) > 1:
            del self._answers[0]
        self.asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer.args) if isinstance(answer, Call) else answer


@contextmanager
def scripted_model(*answers: Any, roles: tuple[Role, ...] = get_args(Role)) -> Iterator[ScriptedModel]:
    """Set a model that gives these answers for the roles; it answers over the protocol, inside this process."""
    model = ScriptedModel(f"scripted-{next(_numbers)}", *answers)
    variables = {f"BATON_MODEL_{role.upper()}": f"local:{model.name}" for role in roles}
    try:
        with offer_responders(model.name, model), patch.dict(os.environ, variables):
            settings.cache_clear()
            yield model
    finally:
        settings.cache_clear()


@contextmanager
def retries_off() -> Iterator[None]:
    """Switch off the retries of all policies that ask `transient`, as `MODEL_RETRY` does: such a step fails at once."""
    with patch.object(policies, "retries_enabled", new=False):
        yield


@dataclass(slots=True)
class SteadyClock:
    """The clock of leases, in seconds; it moves only when `advance` is called."""

    now: float = 1_000.0

    def advance(self, seconds: float) -> None:
        """Move the clock, so that a lease expires without waiting for it."""
        self.now += seconds


@contextmanager
def steady_clock() -> Iterator[SteadyClock]:
    """Replace the clock for the leases of this process by one that the test moves."""
    clock = SteadyClock(claims.steady())
    with patch.object(claims, "steady", lambda: clock.now):
        yield clock


@contextmanager
def commit_hook(before: Hook = _nothing, after: Hook = _nothing) -> Iterator[None]:
    """Call `before` and `after` around each transaction that Baton commits, on the thread that does it.

    A test that ends its process there finds the state that a crash at that moment leaves behind.
    """
    commit = Database._commit  # noqa: SLF001 - where a transaction meets the file

    def commit_with_hooks(self: Database, jobs: Any) -> Any:
        before()
        outcomes = commit(self, jobs)
        after()
        return outcomes

    with patch.object(Database, "_commit", commit_with_hooks):
        yield
