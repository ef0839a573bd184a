"""Messages through every registered graph, and what came of them: told by the runs table and by the bank's own log."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.runs.registry import entries
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One message for one graph; `sure` is the confidence from which on the first tier is believed."""

    graph: str
    message: str
    customer_id: str | None
    sure: float = 0.4

    @property
    def name(self) -> str:
        return f"{self.graph}, {self.message[:20]!r}{', second tier' if self.sure > SURE else ''}"


SURE = 0.4
ASK = ("How do I change my PIN?", None)
ACT = ("I was charged twice at Kestrel Books, 24.90 each time. Please refund the second one.", "C007")
WAIT = ("Lumen Hotel charged me twice, 180.00 each time. Please refund one of them.", "C012")


def cases() -> list[Case]:
    """Every graph with a question, with the second tier where it has one, and with what makes the desk act and wait."""
    every = [Case(graph, *message) for graph in entries() for message in (ASK, WAIT)]
    tiers = [Case(graph, *ASK, sure=0.999) for graph in ("routing", "support_desk") if graph in entries()]
    return [*every, *tiers, Case("support_desk", *ACT)]


async def queue_case(runner: Runner, case: Case, thread_id: str) -> str:
    """Queue one run of a case."""
    job = Job({"message": case.message, "customer_id": case.customer_id}, thread_id)
    graph_context = {"route_threshold": case.sure}
    [thread] = await runner.queue(case.graph, [job], context=graph_context)
    return thread


async def letters(resources: Resources, thread_id: str) -> list[Told]:
    """The dead letters of a run."""
    sql = "SELECT letter_id, step, reason, error, evidence, ends_run FROM dead_letters WHERE thread_id = ?"
    return [dict(row) for row in await resources.database.do(lambda tx: tx.execute(sql, (thread_id,)).fetchall())]


def acts(home: Path) -> list[Told]:
    """What the bank was asked to do and did, by its own log, without what it remembered from before."""
    with closing(sqlite3.connect(home / "bank.db", timeout=30)) as log:
        rows = log.execute("SELECT action, args, result FROM log WHERE NOT replayed ORDER BY number").fetchall()
    lines = [
        {"action": action, "args": json.loads(args), "result": json.loads(result)} for action, args, result in rows
    ]
    return [line for line in lines if "refused" not in line["result"]]


def resolution(output: Mapping[str, Any] | None) -> Told | None:
    """A resolution without what may differ from run to run: receipts are numbered as they come."""
    if output is None:
        return None
    return {**output, "actions": [{**action, "receipt": None} for action in output["actions"]]}
