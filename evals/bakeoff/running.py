"""A bake-off begun and found again: one experiment for each graph, all on the same examples."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from baton.storage.database import Database
from evals.bakeoff.rows import read_bakeoff, write_bakeoff
from evals.examples import Example
from evals.experiment import Bench, Plan


@dataclass(frozen=True, slots=True)
class Messages:
    """The examples of a bake-off; `dataset` is the name that the user gave, `split` the half that they are."""

    dataset: str
    split: str | None
    examples: Sequence[Example]


async def begin(bench: Bench, desk: Database, graphs: Sequence[str], messages: Messages) -> str:
    """Begin an experiment with each of the graphs, store them as a bake-off, and return its id.

    Check the graphs before (`refuse_misfits`), so that all can be begun.
    """
    plans = [Plan(graph, messages.dataset, messages.split, {}, messages.examples) for graph in graphs]
    experiments = [await bench.begin(plan) for plan in plans]
    bakeoff_id = f"b{uuid4().hex[:11]}"
    await desk.do(lambda tx: write_bakeoff(tx, bakeoff_id, experiments))
    return bakeoff_id


async def reopen(bench: Bench, desk: Database, bakeoff_id: str) -> list[str]:
    """Return the experiments of a bake-off, after checking that those that are unfinished can go on.

    A finished one is shown as it is: what changed since then does not change what was measured.

    Raises:
        UsageError: no bake-off has that id, or the configuration of an unfinished experiment has changed.
    """
    experiments = await desk.do(lambda tx: read_bakeoff(tx, bakeoff_id))
    for each in experiments:
        if await bench.unfinished(each):
            await bench.reopen(each, None)
    return experiments
