"""Row 19: a thread that was for something else before: its next message gets what it would get on a fresh one."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from baton.config.settings import settings
from tests.faults.desk.graphs import graphs
from tests.faults.suite.children import apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish
from tests.graphs.second_messages import ANOTHER, PAIRS, THREAD, WAYS, Pair, Told, by_runner, differences, worked

SHOWN = 600  # characters of what differs


@row(19, "a thread that was for another message before, by the Runner and by a bare call")
def second_messages(seed: int) -> Iterator[Trial]:
    """Every pair of messages through every graph, both ways; no seed in it."""
    for graph in graphs():
        for pair in PAIRS:
            for way in WAYS:
                yield Trial(f"{graph}, {way}: {pair}", "baton", partial(_compare, graph, pair, way))


def _compare(graph: str, pair: str, way: str, folder: Path) -> Outcome:
    """The second message on the first one's thread against the same where the first was on another one."""
    homes = [str(furnish(folder / name)) for name in ("after", "alone")]
    seen = apart(folder, _both, graph, PAIRS[pair], way, homes).told
    return _judge(*seen) if seen else Outcome(lost=1, note="the process ended or hung before the second message had")


async def _both(graph: str, pair: Pair, way: str, homes: list[str]) -> list[Told]:
    """In a child: what is seen of the second message, after the first and alone, in homes of their own."""
    found = []
    for home, thread, how in zip(homes, (THREAD, ANOTHER), (WAYS[way], by_runner), strict=True):
        os.environ["BATON_HOME"] = home
        settings.cache_clear()
        found.append(await worked(graph, pair, thread, how))
    return found


def _judge(told: Told, alone: Told) -> Outcome:
    ended, more = told["status"] == alone["status"], len(told["log"]) - len(alone["log"])
    found = differences(told, alone)
    note = "; ".join(found)[:SHOWN]
    return Outcome(lost=int(not ended), doubled=max(0, more), silent=int(ended and bool(found)), note=note)
