"""Both chains behind one face, so that one suite can put them to the same tests."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from langgraph.types import TimeoutPolicy
from openai import AsyncOpenAI

from baton import Job, Runner, open_resources
from baton.config.settings import settings
from baton.offline.transport import clients
from baton.runtime.resources import Resources
from baton.storage import dead_letter_rows, show
from baton.storage.records import RunSummary
from benchmarks.by_hand.desk import Desk
from benchmarks.by_hand.flow import filed_chain
from benchmarks.by_hand.journal import RunRow
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Limits
from benchmarks.conformance.stage import MODEL
from benchmarks.with_baton.chain import build

LOCAL_URL = "http://local/v1"  # never resolved: the offline transport answers in this process


class Result(NamedTuple):
    """How far a run came; `output` is its resolution where it is done."""

    status: str
    output: Any


class Parked(NamedTuple):
    """An open dead letter; `given` is what its step read, as text."""

    letter_id: str
    step: str
    error: str
    given: str


class Seen(NamedTuple):
    """One attempt of a step in a trace; `error` is None where it succeeded, tokens are input and output."""

    step: str
    attempt: int
    latency_ms: float | None
    tokens: int
    error: str | None


class Side(Protocol):
    """A chain with its plumbing, on files of its own."""

    async def queue(self, thread: str, inquiry: Mapping[str, Any]) -> None:
        """Keep a run; raises where the inquiry is none."""

    async def work(self, thread: str) -> Result:
        """Start or resume a run and work it as far as it goes."""

    async def replay(self, letter_id: str) -> Result:
        """Go on from a dead letter; raises where that is not open."""

    async def letters(self) -> list[Parked]:
        """Return the open dead letters."""

    async def trace(self, thread: str) -> list[Seen]:
        """Return every attempt of every step of a run in order."""


class WithBaton:
    """`benchmarks/with_baton/chain.py`, worked by Baton's runner."""

    def __init__(self, resources: Resources, graph: Any) -> None:
        self._database, self._runner = resources.database, Runner(resources, lambda _name: graph)

    async def queue(self, thread: str, inquiry: Mapping[str, Any]) -> None:
        """See `Side`."""
        await self._runner.queue("filed_chain", [Job(dict(inquiry), thread)])

    async def work(self, thread: str) -> Result:
        """See `Side`."""
        return _result(await self._runner.resume(thread))

    async def replay(self, letter_id: str) -> Result:
        """See `Side`."""
        return _result(await self._runner.replay(letter_id))

    async def letters(self) -> list[Parked]:
        """See `Side`."""
        found = await self._database.do(lambda tx: dead_letter_rows.list_dead_letters(tx, "open"))
        return [Parked(each.letter_id, each.step, each.error, str(each.evidence["request"])) for each in found]

    async def trace(self, thread: str) -> list[Seen]:
        """See `Side`."""
        found = await self._database.do(lambda tx: show.steps(tx, thread, 1))
        return [
            Seen(
                each["step"],
                each["attempt"],
                each["latency_ms"],
                (each["input_tokens"] or 0) + (each["output_tokens"] or 0),
                each["error"],
            )
            for each in found
            if each["kind"] == "step"
        ]


class ByHand:
    """`benchmarks/by_hand/`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def queue(self, thread: str, inquiry: Mapping[str, Any]) -> None:
        """See `Side`."""
        self._desk.queue(thread, inquiry)

    async def work(self, thread: str) -> Result:
        """See `Side`."""
        return _result_by_hand(await self._desk.work(thread))

    async def replay(self, letter_id: str) -> Result:
        """See `Side`."""
        return _result_by_hand(await self._desk.replay(int(letter_id)))

    async def letters(self) -> list[Parked]:
        """See `Side`."""
        found = [each for each in self._desk.journal.letters() if each.status == "open"]
        return [Parked(str(each.id), each.step, each.error, each.given) for each in found]

    async def trace(self, thread: str) -> list[Seen]:
        """See `Side`."""
        return [
            Seen(each.step, each.attempt, each.latency_ms, each.input_tokens + each.output_tokens, each.error)
            for each in self._desk.journal.attempts(thread)
        ]


@asynccontextmanager
async def open_with_baton(_folder: Path, step_s: float) -> AsyncIterator[Side]:
    """Open Baton's side in its home."""
    async with open_resources() as resources:
        yield WithBaton(resources, build(TimeoutPolicy(run_timeout=step_s)))


@asynccontextmanager
async def open_by_hand(folder: Path, step_s: float) -> AsyncIterator[Side]:
    """Open the hand-made side on a file in a folder."""
    desk = Desk(folder / "by_hand.db", filed_chain, local_model(MODEL), Limits(step_s=step_s))
    try:
        yield ByHand(desk)
    finally:
        desk.journal.close()


def local_model(name: str) -> Model:
    """Return the hand-made chain's model on the offline transport, by which Baton's side reaches it too."""
    client = AsyncOpenAI(
        base_url=LOCAL_URL,
        api_key="local",
        max_retries=0,
        timeout=settings().model_timeout_s,
        http_client=clients(name)["http_async_client"],
    )
    return Model(client, {"cheap": name, "judge": name, "strong": name})


SIDES = {"with Baton": open_with_baton, "by hand": open_by_hand}


def _result(summary: RunSummary) -> Result:
    return Result(summary["status"], summary["output"])


def _result_by_hand(row: RunRow) -> Result:
    return Result(row.status, json.loads(row.output) if row.output else None)
