"""The comparisons of a report: the first experiment held against each further one. Functions of values."""

from collections.abc import Sequence

from baton.errors import UsageError
from evals.comparison.cells import Cell, cell_of
from evals.comparison.comparing import PRIMARY, compare
from evals.report.records import Material, Pairing


def pairings(material: Sequence[Material]) -> list[Pairing]:
    """Return how each further experiment stands to the first; none for a single one."""
    return [_pairing(material[0], each) for each in material[1:]]


def _pairing(first: Material, second: Material) -> Pairing:
    """Return a comparison, or why there is none: a report of both is made all the same."""
    pairing: Pairing = {
        "a": first.experiment.experiment_id,
        "b": second.experiment.experiment_id,
        "comparison": None,
        "refused": None,
    }
    for each in (first, second):
        if each.experiment.unjudged:
            unfinished = f"{each.experiment.experiment_id} has runs without a result"
            return {**pairing, "refused": f"{unfinished}; a comparison of those that ended first would mislead"}
    try:
        return {**pairing, "comparison": compare(_cells(first), _cells(second), primary=_primary(first, second))}
    except UsageError as error:
        return {**pairing, "refused": str(error)}


def _cells(material: Material) -> list[Cell]:
    return [cell_of(each) for each in material.results]


def _primary(first: Material, second: Material) -> str:
    """Return the metric that gives the verdict: task completion, else the route where both have no other."""
    names = [{name for cell in each.results for name in cell["scores"]} for each in (first, second)]
    return next((name for name in (PRIMARY, "route", "outcome") if all(name in each for each in names)), PRIMARY)
