"""The conformance suite: what a chain of model calls owes whoever runs it, as checks that know no implementation."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from baton.offline.transport import endpoint
from benchmarks.conformance.children import work_elsewhere
from benchmarks.conformance.faults import Faults
from benchmarks.conformance.receiver import filed
from benchmarks.conformance.sides import SIDES, Parked, Side
from benchmarks.conformance.stage import ASKED, INQUIRY, MODEL

THREAD = "one"
STEPS = (
    *(
        "read_message",
        "classify",
        "extract",
        "gate_facts",
        "normalise",
        "gate_case",
        "retrieve",
        "summarise",
        "gate_reply",
        "check_answer",
    ),
    *("reply", "file_case"),
)
SHORT_S, LONG_S, PATIENCE_S = 0.4, 20.0, 10.0
KILLED = -9


@dataclass(frozen=True)
class Trial:
    """One check of one side in a folder of its own."""

    side: str
    folder: Path
    faults: Faults

    @asynccontextmanager
    async def open(self, step_s: float = LONG_S) -> AsyncIterator[Side]:
        """Open the side in this process."""
        async with SIDES[self.side](self.folder, step_s) as opened:
            yield opened

    async def queue(self) -> None:
        """Keep the run that other processes shall work."""
        async with self.open() as side:
            await side.queue(THREAD, INQUIRY)

    async def elsewhere(self, processes: int = 1) -> list[int]:
        """Work the run in other processes, and return their exit codes."""
        return await asyncio.to_thread(work_elsewhere, self.side, self.folder, THREAD, processes)

    def asked(self) -> int:
        """Return how often the model was asked."""
        return self.faults.reached(*ASKED)


Run = Callable[[Trial], Coroutine[Any, Any, None]]


class Check(NamedTuple):
    """A promise in words, the guarantee that it belongs to, and the function that fails where it is not kept."""

    guarantee: str
    promise: str
    run: Run


CHECKS: list[Check] = []


def promise(guarantee: str, words: str) -> Callable[[Run], Run]:
    """Add a check to the suite."""

    def add(run: Run) -> Run:
        CHECKS.append(Check(guarantee, words, run))
        return run

    return add


async def parked_with(trial: Trial, inquiry: Mapping[str, Any] = INQUIRY, step_s: float = LONG_S) -> Parked:
    """Work a run that must end in a dead letter, with nothing filed, and return the letter."""
    async with trial.open(step_s) as side:
        await side.queue(THREAD, inquiry)
        result = await side.work(THREAD)
        [letter] = await side.letters()
    assert (result.status, filed(trial.folder)) == ("dead_lettered", 0), result
    return letter


async def works(trial: Trial, step_s: float = LONG_S) -> None:
    """Work a run that must be done, and filed once."""
    async with trial.open(step_s) as side:
        await side.queue(THREAD, INQUIRY)
        result = await side.work(THREAD)
    assert (result.status, filed(trial.folder)) == ("done", 1), result


@promise("typed boundary", "an input that is no inquiry is refused, and no model is asked")
async def _(trial: Trial) -> None:
    for wrong in ({}, {"message": ""}, {"message": 7, "customer_id": None}, {"message": "x" * 20_000}):
        async with trial.open() as side:
            try:
                await side.queue(THREAD, wrong)
            except Exception:  # noqa: BLE001, S112 - how it is refused is each side's own
                continue
        raise AssertionError(f"{str(wrong)[:60]} was taken")
    assert trial.asked() == 0


@promise("typed boundary", "an answer that does not fit is shown to the model once, and repaired")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "misfit")
    await works(trial)
    assert trial.asked() == len(ASKED) + 1


@promise("typed boundary", "one that does not fit twice ends in a dead letter, and nothing is filed")
async def _(trial: Trial) -> None:
    trial.faults.plant("Case", "misfit", 6)
    letter = await parked_with(trial)
    assert (letter.step, trial.faults.reached("Case")) == ("normalise", 2), letter


@promise("typed boundary", "a step that writes what it does not declare ends there")
async def _(trial: Trial) -> None:
    trial.faults.plant("probabilities", "misfit", 3)  # a confidence of 7
    letter = await parked_with(trial)
    assert (letter.step, trial.asked()) == ("classify", 0), letter


@promise("retry", "an endpoint that fails twice is asked a third time, after a wait")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "fail", 2)
    started = time.monotonic()
    await works(trial)
    assert trial.faults.reached("Facts") == 3
    assert time.monotonic() - started > 1, "it was asked again at once"


@promise("retry", "one that fails for good is asked three times, and no more")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "fail", 9)
    letter = await parked_with(trial)
    assert (letter.step, trial.faults.reached("Facts")) == ("extract", 3), letter


@promise("retry", "a refusal is not tried again: it would be paid for in vain")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "refuse", 9)
    letter = await parked_with(trial)
    assert (letter.step, trial.faults.reached("Facts")) == ("extract", 1), letter


@promise("timeout", "a step that hangs once is cut off and tried again")
async def _(trial: Trial) -> None:
    trial.faults.plant("search", "hang")
    async with asyncio.timeout(PATIENCE_S):
        await works(trial, SHORT_S)


@promise("timeout", "one that hangs always ends in a dead letter")
async def _(trial: Trial) -> None:
    trial.faults.plant("search", "hang", 9)
    async with asyncio.timeout(PATIENCE_S):
        letter = await parked_with(trial, step_s=SHORT_S)
    assert (letter.step, trial.faults.reached("search")) == ("retrieve", 3), letter


def resumes_after_a_kill_at(point: str, calls: int) -> Run:
    """Return a check that a run which was killed at a point goes on, and asks the model so often in all."""

    async def check(trial: Trial) -> None:
        await trial.queue()
        trial.faults.plant(point, "kill")
        assert await trial.elsewhere() == [KILLED]
        assert await trial.elsewhere() == [0]
        assert (trial.asked(), filed(trial.folder)) == (calls, 1)
        undisturbed = await resolution(trial)
        assert json.loads((trial.folder / "result.json").read_text()) == undisturbed

    return check


async def resolution(trial: Trial) -> Any:
    """Return what an undisturbed run comes to."""
    async with trial.open() as side:
        await side.queue("undisturbed", INQUIRY)
        return (await side.work("undisturbed")).output


for _point in ASKED:
    promise("resume", f"killed at the model call for {_point}: no step that was done is done again")(
        resumes_after_a_kill_at(_point, len(ASKED) + 1)
    )


@promise("resume", "two processes resume one run at once: one works it")
async def _(trial: Trial) -> None:
    await trial.queue()
    trial.faults.plant("Case", "kill")
    assert await trial.elsewhere() == [KILLED]
    assert set(await trial.elsewhere(2)) <= {0, 3}
    assert (trial.asked(), filed(trial.folder)) == (len(ASKED) + 1, 1)


promise("once-only effect", "killed before the receiver acts: filed once")(
    resumes_after_a_kill_at("sending", len(ASKED))
)
promise("once-only effect", "killed after it acted, its receipt not yet kept: filed once")(
    resumes_after_a_kill_at("sent", len(ASKED))
)


@promise("once-only effect", "its answer is lost twice: filed once")
async def _(trial: Trial) -> None:
    trial.faults.plant("sent", "fail", 2)
    await works(trial)
    assert trial.faults.reached("sending") == 3


@promise("dead letter", "it names the step, what that was given, and the error")
async def _(trial: Trial) -> None:
    trial.faults.plant("CaseReply", "refuse")
    letter = await parked_with(trial)
    assert letter.step == "summarise", letter
    assert "Kestrel Books" in letter.given, letter
    assert "none of my business" in letter.error, letter


@promise("dead letter", "after a fix it is replayed from that step: what was done is not done again")
async def _(trial: Trial) -> None:
    trial.faults.plant("CaseReply", "refuse")
    letter = await parked_with(trial)
    async with trial.open() as side:
        result = await side.replay(letter.letter_id)
        assert await side.letters() == []
    assert (result.status, filed(trial.folder), trial.asked()) == ("done", 1, len(ASKED) + 1), result


@promise("dead letter", "a second replay is refused")
async def _(trial: Trial) -> None:
    trial.faults.plant("CaseReply", "refuse")
    letter = await parked_with(trial)
    async with trial.open() as side:
        await side.replay(letter.letter_id)
        try:
            await side.replay(letter.letter_id)
        except Exception:  # noqa: BLE001 - how it is refused is each side's own
            return
    raise AssertionError("it was replayed again")


@promise("trace", "every step in order, each with its latency")
async def _(trial: Trial) -> None:
    await works(trial)
    async with trial.open() as side:
        seen = await side.trace(THREAD)
    assert tuple(each.step for each in seen) == STEPS
    assert all(each.latency_ms is not None and each.latency_ms >= 0 for each in seen)


@promise("trace", "the tokens are those that the endpoint billed, repairs among them")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "misfit")
    before = endpoint(MODEL).usage
    await works(trial)
    billed = endpoint(MODEL).usage
    async with trial.open() as side:
        counted = sum(each.tokens for each in await side.trace(THREAD))
    inputs, outputs = (billed.input_tokens - before.input_tokens, billed.output_tokens - before.output_tokens)
    assert counted == inputs + outputs


@promise("trace", "an attempt that failed is there, with its error")
async def _(trial: Trial) -> None:
    trial.faults.plant("Facts", "fail")
    await works(trial)
    async with trial.open() as side:
        tries = [(each.attempt, each.error is None) for each in await side.trace(THREAD) if each.step == "extract"]
    assert tries == [(1, False), (2, True)]


@promise("trace", "an attempt that a kill cut off is there too")
async def _(trial: Trial) -> None:
    await trial.queue()
    trial.faults.plant("Case", "kill")
    assert await trial.elsewhere() == [KILLED]
    assert await trial.elsewhere() == [0]
    async with trial.open() as side:
        tries = [each for each in await side.trace(THREAD) if each.step == "normalise"]
    assert len(tries) == 2, tries
