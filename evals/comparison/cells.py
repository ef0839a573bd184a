"""The cells of an experiment as a comparison sees them."""

from dataclasses import dataclass

from baton.errors import UsageError
from baton.storage.transaction import Transaction
from evals.cells import Experiment, experiment, has_tables, read_results
from evals.records import JudgedCell, Scores
from evals.summary import is_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run of one example, as it was judged.

    `is_error` is whether the machinery failed it: such a run has no answer, which is not a wrong one. `cost_usd` is
    None where a price is not known.
    """

    example_id: str
    example_hash: str
    repetition: int
    is_error: bool
    scores: Scores
    steps: dict[str, Scores]
    latency_ms: float
    tokens: int
    cost_usd: float | None


def cell_of(result: JudgedCell) -> Cell:
    """Return a judged cell as a comparison sees it."""
    return Cell(
        example_id=result["example_id"],
        example_hash=result["example_hash"],
        repetition=result["repetition"],
        is_error=is_error(result),
        scores=result["scores"],
        steps=result["steps"],
        latency_ms=result["latency_ms"],
        tokens=result["tokens"],
        cost_usd=result["cost_usd"],
    )


def read_experiment(tx: Transaction, experiment_id: str) -> tuple[Experiment, list[Cell]]:
    """Return a finished experiment with its cells, in the order of its examples.

    Raises:
        UsageError: no experiment has that id, or some of its runs have no result yet.
    """
    if not has_tables(tx):
        raise UsageError(f"no experiment has the id {experiment_id!r}; there are none yet")
    found = experiment(tx, experiment_id)
    if found.unjudged:
        todo = f"baton eval run --resume {experiment_id}"
        raise UsageError(f"{found.unjudged} runs of {experiment_id} have no result yet: {todo}")
    return found, [cell_of(result) for result in read_results(tx, experiment_id)]
