"""One run: its steps are done once and kept, tried again where that may help, and timed; its effects happen once.

The flow is a plain function. After a crash it is called again from its top, and every step that was done gives what it
gave before. So a flow must be deterministic but for its steps, and each visit of a step has a number.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import openai

from baton.redact import redact
from benchmarks.by_hand import shapes
from benchmarks.by_hand.journal import Attempt, Journal
from benchmarks.by_hand.model import Usage, usage

U = TypeVar("U")
TRANSIENT = (
    TimeoutError,
    ConnectionError,
    openai.APIConnectionError,
    openai.RateLimitError,
    openai.InternalServerError,
)
LONGEST_WAIT_S = 30.0


class Limits(NamedTuple):
    """How often a step is tried, how long an attempt may take, and the wait before the second one, in seconds."""

    attempts: int = 3
    step_s: float = 120.0
    first_wait_s: float = 0.5


class StepFailed(RuntimeError):
    """Raised when a step failed for good; `given` is what it read, as JSON text."""

    def __init__(self, step: str, given: str, cause: BaseException) -> None:
        super().__init__(redact(f"{step}: {type(cause).__name__}: {cause}"))
        self.step, self.given = step, given


class OtherArguments(RuntimeError):
    """Raised when an effect that was begun is asked for with other arguments."""


class Run:
    """One run in progress."""

    def __init__(self, journal: Journal, thread: str, limits: Limits) -> None:
        self.journal, self.thread, self.limits = journal, thread, limits
        self._key = journal.run(thread).key
        self._visits: Counter[str] = Counter()

    async def step(self, node: Callable[..., Awaitable[U]], state: Mapping[str, Any], *more: Any) -> U:
        """Return what the step wrote, from the journal where it is done; `more` are its further arguments.

        Raises:
            StepFailed: it failed for good.
        """
        name = self.visit(node.__name__)
        kept = self.journal.written(self.thread, name)
        if kept is None:
            kept = await self._try(name, node, state, more)
        update: U = shapes.writes(node).validate_json(kept)
        return update

    def visit(self, name: str) -> str:
        """Return the name of this visit: `extract`, then `extract.2`."""
        self._visits[name] += 1
        return name if self._visits[name] == 1 else f"{name}.{self._visits[name]}"

    async def _try(self, name: str, node: Any, state: Mapping[str, Any], more: tuple[Any, ...]) -> str:
        """Make attempts until one succeeds, and return what it wrote as JSON text."""
        for number in range(1, self.limits.attempts + 1):
            started, written, failure = time.time(), None, None
            usage.set(Usage())
            try:
                written = await self._attempt(node, state, more)
            except Exception as error:  # noqa: BLE001 - whatever a step raises is kept, and ends in a dead letter
                failure = error
            self.journal.keep(self._seen(name, number, started, failure), written)
            if written is not None:
                return written
            if failure and (number == self.limits.attempts or not is_transient(failure)):
                raise StepFailed(name, _evidence(node, state), failure) from failure
            await asyncio.sleep(self._wait_s(number, failure))
        raise AssertionError("unreachable")

    async def _attempt(self, node: Any, state: Mapping[str, Any], more: tuple[Any, ...]) -> str:
        given = shapes.reads(node).validate_python(dict(state))
        async with asyncio.timeout(self.limits.step_s):
            return shapes.as_json(node, await node(given, *more))

    def _seen(self, name: str, number: int, started: float, failure: Exception | None) -> Attempt:
        """Return the record of the attempt that has just ended."""
        latency_ms = (time.time() - started) * 1000
        error = redact(f"{type(failure).__name__}: {failure}") if failure else None
        tokens = (usage.get().input_tokens, usage.get().output_tokens)
        return Attempt(self.thread, name, number, started, latency_ms, *tokens, error)

    def _wait_s(self, number: int, failure: Exception | None) -> float:
        """Return the wait before the next attempt: what the endpoint asks for, else twice the last one, with jitter."""
        headers = getattr(getattr(failure, "response", None), "headers", {})
        asked = headers.get("retry-after", "")
        if asked.isdecimal():
            return min(float(asked), LONGEST_WAIT_S)
        return min(self.limits.first_wait_s * 2.0 ** (number - 1), LONGEST_WAIT_S) * random.uniform(1, 1.5)

    async def effect(self, action: str, args: Mapping[str, Any], execute: Callable[[str], Awaitable[Any]]) -> Any:
        """Execute an action once, and return its receipt, the same when called again.

        `execute` is given a key that its receiver must de-duplicate: a crash between the act and its receipt sends the
        same key again.

        Raises:
            OtherArguments: it was begun with others; nothing is sent.
        """
        key, asked = f"{self._key}:{action}", json.dumps(args, sort_keys=True)
        first, receipt = self.journal.intend(key, asked)
        if first != asked:
            raise OtherArguments(f"{action} was begun with {redact(first)} and is asked for with {redact(asked)}")
        if receipt is None:
            receipt = json.dumps(await execute(key))
            self.journal.close_effect(key, json.loads(receipt))
        return json.loads(receipt)


def is_transient(error: Exception) -> bool:
    """Return whether another attempt may help."""
    return isinstance(error, TRANSIENT) and getattr(error, "code", None) != "insufficient_quota"


def _evidence(node: Any, state: Mapping[str, Any]) -> str:
    """Return what the step read as JSON text; of a state that it cannot read, its keys."""
    adapter = shapes.reads(node)
    try:
        return adapter.dump_json(adapter.validate_python(dict(state))).decode()
    except ValueError:
        return json.dumps(sorted(state))
