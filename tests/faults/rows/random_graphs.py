"""Row 21: random graphs, killed, resumed, replayed, gone back to, edited; the judge is their description."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from tests.baton.random_lives import disturbed
from tests.baton.random_plans import draw
from tests.faults.suite.frame import Outcome, Trial, row

GRAPHS = 500
SEEDS = 10**6


@row(21, "random graphs: fan-outs, loops, graphs in graphs; killed, resumed, replayed, forked, edited, run again")
def random_graphs(seed: int) -> Iterator[Trial]:
    """As many graphs, each with a seed of its own, which its failure names."""
    for each in Random(seed).sample(range(SEEDS), GRAPHS):
        yield Trial(f"graph of seed {each}", "baton", partial(_live, each))


def _live(seed: int, folder: Path) -> Outcome:
    plan = draw(seed)
    found = disturbed(plan, folder)
    note = found.told(plan) if found.failed else ""
    counts = {"kills": found.kills, "lost": len(found.fewer), "doubled": len(found.more), "silent": len(found.wrong)}
    return Outcome(**counts, note=note)
