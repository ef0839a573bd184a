"""The graphs under test: what a client does, and what the judges read: the receivers' own logs and the table of runs.

They are the desk's, from the registry, and a stranger's (see `tests.faults.desk.stranger`).
"""

import json
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.errors import AlreadyDecided, ThreadInUse
from baton.runs.graph_shapes import Graph
from baton.runs.registry import entries
from baton.runs.registry import load as registered
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from tests.faults.desk import receiver, stranger
from tests.faults.suite.frame import Outcome

THREAD = "thread-1"
APPROVE = {"decisions": [{"type": "approve"}]}
REJECT = {"decisions": [{"type": "reject", "message": "no"}]}
Inquiry = dict[str, Any]
MESSAGES: dict[str, Inquiry] = {
    "question": {"message": "How do I change my PIN?", "customer_id": "C007"},
    "freeze": {"message": "My card was stolen, please freeze it now.", "customer_id": "C010"},
    "refund": {
        "message": "I was charged twice at Kestrel Books, 24.90 each time. Please refund the second one.",
        "customer_id": "C007",
    },
    "hotel": {
        "message": "Lumen Hotel charged me twice, 180.00 each time. Please refund one of them.",
        "customer_id": "C012",
    },
    "weather": {"message": "Will it rain in Bristol tomorrow?", "customer_id": "C001"},
}
"""Together they take the desk through answering, acting, waiting for a person and handing over."""

ORDER = "order"
PLENTY = 1_000_000
MOST_LETTERS = 10
INPUTS: dict[str, Inquiry] = {**MESSAGES, ORDER: stranger.order()}

CHOSEN: list[str] = []
"""The graphs that are disturbed, where not all of them are."""

LOGS = ("bank.db", receiver.FILE)
"""The receivers' own."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be seen of a run from outside."""

    status: str
    output: Any
    """The resolution without receipts' numbers."""
    fresh: list[tuple[str, str]]
    """Requests that a receiver took for new ones: action and arguments."""


def graphs() -> list[str]:
    """The graphs of `langgraph.json`, or those of them that were chosen."""
    return [name for name in CHOSEN or entries() if name != stranger.NAME]


def takes_stranger() -> bool:
    """Whether the stranger's graph is disturbed as well."""
    return not CHOSEN or stranger.NAME in CHOSEN


def load(name: str) -> Graph:
    """A graph by its name."""
    return stranger.GRAPH if name == stranger.NAME else registered(name)


def context_of(graph: Graph) -> dict[str, Any]:
    """Let messages be routed without much doubt, for that is not what is tested."""
    fields = getattr(graph.builder.context_schema, "model_fields", {})
    return {"route_threshold": 0.4} if "route_threshold" in fields else {}


async def live(graph: str, inquiry: Inquiry, reply: dict[str, Any] | None = None, thread: str = THREAD) -> str:
    """What a client does, also after a crash: queue unless it is there, resume, answer what waits. Its status."""
    async with open_resources() as resources:
        runner = Runner(resources, load)
        with suppress(ThreadInUse):
            await runner.queue(graph, [Job(inquiry, thread)], context=context_of(load(graph)))
        return str((await answer_all(runner, await runner.resume(thread), reply))["status"])


async def replay_all(reply: dict[str, Any], thread: str = THREAD) -> str:
    """What a person does after a fix: replay the open letters of a run, answer what waits then. Its status.

    The run gets a budget as well: what the processes that died may have spent counts as spent.
    """
    async with open_resources() as resources:
        runner = Runner(resources, load)
        summary = await runner.summary(thread)
        for _ in range(MOST_LETTERS if summary["dead_letters"] else 0):
            letter = summary["dead_letters"][0]
            summary = await answer_all(runner, await runner.replay(letter, budget_tokens=PLENTY), reply)
            if not summary["dead_letters"]:
                break
        return str(summary["status"])


async def answer_all(runner: Runner, summary: RunSummary, reply: dict[str, Any] | None) -> RunSummary:
    """The run as far as it goes with a person who gives this reply; to a stranger's questions there are other ones."""
    thread = summary["thread_id"]
    while summary["status"] == "waiting" and reply:
        question = summary["waiting_for"][0]
        said = stranger.answer(question, summary["run"]) or reply
        with suppress(AlreadyDecided):
            await runner.decide(thread, said, interrupt_id=question["interrupt_id"])
        summary = await runner.resume(thread)
    return summary


def observe(home: Path, thread: str = THREAD, run: int = 1) -> Seen:
    """What became of the run, by the table of runs, and of all runs, by the receivers' logs."""
    sql = "SELECT status, output FROM runs WHERE thread_id = ? AND run = ?"
    [row] = _rows(home / "baton.db", sql, thread, run) or [(None, None)]
    return Seen(str(row[0]), _without_receipts(json.loads(row[1]) if row[1] else None), fresh(home))


def fresh(home: Path) -> list[tuple[str, str]]:
    """The requests to act that a receiver took for new ones, by its own log."""
    sql = "SELECT action, args FROM log WHERE NOT replayed"
    return [(str(a), str(b)) for log in LOGS for a, b in _rows(home / log, sql)]


def judge(now: Seen, undisturbed: Seen) -> Outcome:
    """The disturbed run against the one that nothing happened to."""
    ended, more = now.status == undisturbed.status, len(now.fresh) - len(undisturbed.fresh)
    other = sorted(now.fresh) != sorted(undisturbed.fresh) and more <= 0
    wrong = ended and (now.output != undisturbed.output or other)
    note = differences(now, undisturbed) if not ended or wrong or more > 0 else ""
    return Outcome(lost=int(not ended), doubled=max(0, more), silent=int(wrong), note=note)


def differences(now: Seen, undisturbed: Seen) -> str:
    """What is not as it was when nothing happened."""
    done, right = Counter(now.fresh), Counter(undisturbed.fresh)
    beyond, missing = [*(done - right).elements()], [*(right - done).elements()]
    ends = f"{now.status}, {now.output} instead of {undisturbed.status}, {undisturbed.output}"
    same = (now.status, now.output) == (undisturbed.status, undisturbed.output)
    told = [now.status if same else ends, f"done beyond that: {beyond}" if beyond else ""]
    return "; ".join(filter(None, [*told, f"not done: {missing}" if missing else ""]))


def path(home: Path, thread: str = THREAD) -> tuple[str, ...]:
    """The steps that a run took, each once."""
    found = _rows(home / "baton.db", "SELECT DISTINCT step FROM spans WHERE thread_id = ? ORDER BY step", thread)
    return tuple(str(step) for (step,) in found)


def questions(home: Path, thread: str = THREAD) -> int:
    """How many decisions a run asked for."""
    return len(_rows(home / "baton.db", "SELECT 1 FROM approvals WHERE thread_id = ?", thread))


def letters(home: Path, thread: str = THREAD) -> list[tuple[str, str]]:
    """The dead letters of a run: step and reason."""
    found = _rows(home / "baton.db", "SELECT step, reason FROM dead_letters WHERE thread_id = ?", thread)
    return [(str(step), str(reason)) for step, reason in found]


def _rows(file: Path, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
    if not file.exists():
        return []
    with closing(sqlite3.connect(file, timeout=30)) as database:
        return database.execute(sql, values).fetchall()


def _without_receipts(output: Any) -> Any:
    """A receipt's number tells runs apart that are otherwise the same."""
    if isinstance(output, dict):
        return {name: bool(value) if name == "receipt" else _without_receipts(value) for name, value in output.items()}
    return [_without_receipts(each) for each in output] if isinstance(output, list) else output
