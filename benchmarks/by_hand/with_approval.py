"""The chain with an approval: a person answers before the case is filed, in another process, days later if need be.

Nothing of the kind was there, so this is more than a change of the flow: a table, a way to pause, a way to answer.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, cast

from benchmarks.by_hand.desk import Desk
from benchmarks.by_hand.flow import chain
from benchmarks.by_hand.journal import RunRow
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Run
from benchmarks.by_hand.steps import file_case
from state.desk import Inquiry, Resolution

Decision = Literal["approve", "reject"]


class Questions:
    """The questions to people, in the journal's file; the first decision of each stands."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, thread: str, request: str) -> Decision | None:
        """Keep a question unless it is there, and return its decision; raises ValueError where it was another one."""
        with closing(self._open()) as db:
            db.execute("INSERT INTO questions VALUES (?, ?, NULL) ON CONFLICT DO NOTHING", (thread, request))
            asked, decision = db.execute(
                "SELECT request, decision FROM questions WHERE thread = ?", (thread,)
            ).fetchone()
        if asked != request:
            raise ValueError(f"{thread} asked for another action before: {asked}")
        return cast("Decision | None", decision)

    def decide(self, thread: str, decision: Decision) -> None:
        """Keep a decision; raises LookupError where no question is open."""
        update = "UPDATE questions SET decision = ? WHERE thread = ? AND decision IS NULL"
        with closing(self._open()) as db:
            if not db.execute(update, (decision, thread)).rowcount:
                raise LookupError(f"{thread} waits for no decision")

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        db.execute("CREATE TABLE IF NOT EXISTS questions (thread TEXT PRIMARY KEY, request TEXT, decision TEXT)")
        return db


class Waiting(Exception):
    """Raised to leave a run until a person has decided."""


def approved(run: Run, args: Mapping[str, Any]) -> bool:
    """Return whether a person has approved; raises Waiting until somebody decides."""
    decision = Questions(run.journal.path).ask(run.thread, json.dumps(args))
    if decision is None:
        raise Waiting
    return decision == "approve"


class ApprovingDesk(Desk):
    """A desk whose runs may wait for people."""

    async def decide(self, thread: str, decision: Decision) -> RunRow:
        """Keep a decision and go on with the run."""
        Questions(self.journal.path).decide(thread, decision)
        return await self.work(thread)

    async def _go_on(self, thread: str, inquiry: Inquiry) -> None:
        try:
            await super()._go_on(thread, inquiry)
        except Waiting:
            self.journal.end(thread, "waiting")


async def filed_chain(run: Run, inquiry: Inquiry, model: Model) -> Resolution:
    """Return the resolution of an inquiry, whose case is filed once."""
    resolution = await chain(run, inquiry, model)
    if approved(run, {"summary": resolution["reply"]}):
        await run.step(file_case, resolution, run)
    return resolution
