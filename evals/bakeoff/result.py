"""The result of a bake-off, put together from its experiments. Functions of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baton.errors import Held
from evals.bakeoff.figures import graph_figures
from evals.bakeoff.recommending import choose, compared_to_best, find_best
from evals.bakeoff.records import BakeoffResult
from evals.bakeoff.sentences import sentences
from evals.bakeoff.targets import Target
from evals.cells import Experiment
from evals.comparison.cells import cell_of
from evals.records import JudgedCell, offline_roles


@dataclass(frozen=True, slots=True)
class Entrant:
    """One graph's experiment with its judged runs."""

    experiment: Experiment
    results: Sequence[JudgedCell]


def by_simplicity(entrants: Sequence[Entrant], ladder: Sequence[str]) -> list[Entrant]:
    """Return the entrants in the order of the ladder; those that it does not name come after it, in their own order."""
    places: Mapping[str, int] = {name: place for place, name in enumerate(ladder)}
    return sorted(entrants, key=lambda each: places.get(each.experiment.graph, len(places)))


def bakeoff_result(
    bakeoff_id: str, entrants: Sequence[Entrant], metric: str, targets: Sequence[Target]
) -> BakeoffResult:
    """Return the object that `baton eval bakeoff --json` prints; the entrants come in the order of simplicity.

    Raises:
        Held: another process works some of the runs.
    """
    if unjudged := sum(each.experiment.unjudged for each in entrants):
        raise Held(f"{unjudged} runs of {bakeoff_id} are worked by another process; try again later")
    first = entrants[0].experiment
    figures = [graph_figures(each.experiment, each.results, metric, targets) for each in entrants]
    graphs = compared_to_best(
        figures, {each.experiment.graph: [cell_of(cell) for cell in each.results] for each in entrants}, metric
    )
    (pattern, because), best = choose(graphs), find_best(graphs)
    return {
        "bakeoff": bakeoff_id,
        "dataset": first.dataset,
        "split": first.split,
        "created_at": first.created_at,
        "models": first.models,
        "offline": bool(offline_roles(first.models)),
        "metric": metric,
        "examples": first.examples,
        "targets": {each.name: each.limit for each in targets},
        "graphs": graphs,
        "recommendation": {
            "pattern": pattern,
            "best": None if best is None else best["graph"],
            "because": because,
            "says": sentences(graphs, pattern, because, metric, targets),
        },
    }
