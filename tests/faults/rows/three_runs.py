"""Row 20: a thread of three runs, with processes killed in each of them."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.faults.desk.builds import expect_order, generations
from tests.faults.desk.clients import CLIENTS, work_client
from tests.faults.desk.graphs import THREAD, Seen, fresh, judge, observe, takes_stranger
from tests.faults.suite.children import SAID, apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

RUNS = (1, 2, 3)
TIMES = 14
BEGINNING = 16  # ticks in which a run begins
RECOVERY_TICKS = 40
Kills = tuple[int, ...]


@row(20, "three runs of one thread, killed as one begins or in each, and again while it recovers")
def kill_in_each(seed: int) -> Iterator[Trial]:
    """By the runner and by bare calls: while a further run begins, and at ticks that the seed draws of each stretch."""
    chance = Random(seed)
    for way in CLIENTS if takes_stranger() else ():
        for tick in range(1, BEGINNING, 2):
            trial = partial(_kill, way, [(), (tick,), (tick + 1,)])
            yield Trial(f"by {way}, as runs begin, ticks {tick}, {tick + 1}", "baton", trial)
        drawn = [_draw(ticks, chance) for ticks in _ticks(way)]
        for number in range(TIMES):
            again = (chance.randint(1, RECOVERY_TICKS),) if number % 2 else ()
            kills = [(ticks[number], *again) for ticks in drawn]
            yield Trial(f"by {way}, ticks {kills}", "baton", partial(_kill, way, kills))


def _draw(ticks: int, chance: Random) -> list[int]:
    """A tick out of each stretch of a run, the stretches in any order."""
    cuts = [ticks * part // TIMES for part in range(TIMES + 1)]
    drawn = [chance.randint(start + 1, end) for start, end in pairwise(cuts)]
    chance.shuffle(drawn)
    return drawn


@cache
def _ticks(way: str) -> list[int]:
    """How many ticks each run has when nothing happens."""
    with TemporaryDirectory(prefix="undisturbed-") as name:
        folder = Path(name)
        furnish(folder)
        ended = [apart(folder, work_client, (way, run)) for run in RUNS]
        if any(each.code for each in ended):
            raise RuntimeError(f"{way} does not work undisturbed: {(folder / SAID).read_text()}")
        return [each.told["ticks"] for each in ended]


def _kill(way: str, kills: Sequence[Kills], folder: Path) -> Outcome:
    """Each run pays what it owes, when it is its turn, and knows of no other; the conversation goes on."""
    made, outcome, paid = furnish(folder), Outcome(), 0
    for run, at in zip(RUNS, kills, strict=True):
        last, killed = generations(folder, work_client, (way, run), at)
        done, told = fresh(made), last.told or {"output": None}
        now = Seen(observe(made, THREAD, run).status, told["output"], done[paid:])
        outcome, paid = outcome + killed + judge(now, expect_order(run)), len(done)
    listed = [observe(made, THREAD, run) for run in RUNS]
    stand = way != "runner" or [each.output for each in listed] == [expect_order(run).output for run in RUNS]
    fine = stand and all(each.status == "done" for each in listed)
    return outcome + Outcome(silent=int(not fine), note="" if fine else f"listed: {listed}")
