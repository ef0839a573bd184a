"""What becomes of a random graph: its generations of clients, each in a process of its own, and the judge of them all.

The judge is the receiver's log beside what the plan alone says. What the clients noted comes on top.
`python -m tests.baton.random_lives SEED ...` lives those again; what interleaves may do so otherwise.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from baton import open_resources
from baton.runs.graph_shapes import Graph
from tests.baton.random_clients import ENDED, Client
from tests.baton.random_graphs import CUT, PASSED, REFUSED, did, graph, lines, log
from tests.baton.random_plans import Payment, Plan, draw, expected
from tests.faults.__main__ import MEMORY
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady
from tests.faults.suite.children import KILLED, SAID, apart

LATER_S = 3600.0


@dataclass(slots=True)
class Found:
    """What became of a plan: processes killed, payments beyond those asked for, those left out, and what else."""

    kills: int = 0
    more: list[Payment] = field(default_factory=list)
    fewer: list[Payment] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether anything is not as it must be."""
        return bool(self.more or self.fewer or self.wrong)

    def told(self, plan: Plan) -> str:
        """What is wrong, in words by which anybody can repeat it."""
        again = f"seed {plan.seed}, again: python -m tests.baton.random_lives {plan.seed}"
        counts = [f"doubled: {self.more}"] * bool(self.more) + [f"left out: {self.fewer}"] * bool(self.fewer)
        return "\n  ".join([again, repr(plan), *counts, *self.wrong])


async def lived(plan: Plan, number: int, built: Graph) -> int:
    """In a child: one generation, perhaps killed at a tick; how many ticks it had."""
    generation = plan.generations[number]
    shift_steady(number * LATER_S)
    ticks = install(Ticks(generation.kill, kill))
    CUT.append(ticks)
    async with open_resources() as resources:
        await Client(plan, generation, resources, built).live()
    return ticks.total


def disturbed(plan: Plan, folder: Path) -> Found:
    """Let all generations of a plan live, one after the other, in a folder of their own, and judge what they leave."""
    built, found = graph(plan), Found()
    (folder / "home").mkdir(mode=0o700, exist_ok=True)
    for number, generation in enumerate(plan.generations):
        ended = apart(folder, lived, plan, number, built)
        found.kills += ended.code == KILLED
        if ended.code and (ended.code != KILLED or generation.kill is None):
            said = (folder / SAID).read_text()[-1500:]
            found.wrong.append(f"process {number} ended with {ended.code}: {said}")
    acted, wanted = did(folder), expected(plan)
    found.more, found.fewer = [*(acted - wanted).elements()], [*(wanted - acted).elements()]
    found.wrong += [*_shared_keys(folder), *_unended(folder), *lines(PASSED, folder)]
    return found


def disturbed_apart(plan: Plan) -> Found:
    """As `disturbed`, in a folder that is gone afterwards: in memory where there is room, for nothing fails there."""
    with TemporaryDirectory(prefix="random-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return disturbed(plan, Path(folder))


def _shared_keys(folder: Path) -> Iterator[str]:
    """Keys that stood for several places; an edit of the amount is refused before it gets here."""
    keys: dict[str, set[Payment]] = {}
    for key, payment, _ in log(folder):
        keys.setdefault(key, set()).add(payment)
    yield from (f"{key} stands for {sorted(several)}" for key, several in keys.items() if len(several) > 1)


def _unended(folder: Path) -> Iterator[str]:
    """Runs that did not end as they must: in a dead letter only a bare one, or where an edit was refused.

    Whoever mends a bare run goes back to where it failed, and its letter is open until that is done.
    """
    with closing(sqlite3.connect(folder / "home" / "baton.db")) as database:
        rows = database.execute("SELECT run, status, origin, error FROM runs").fetchall()
    for run, status, origin, error in rows:
        if status not in (ENDED if origin != "run" or lines(REFUSED, folder) else ("done",)):
            yield f"run {run} is {status}: {error}"


if __name__ == "__main__":
    for named in sys.argv[1:]:
        again = draw(int(named))
        sys.stdout.write(f"{disturbed_apart(again).told(again)}\n")
