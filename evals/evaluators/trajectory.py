"""Trajectory: whether the run took the steps that such a message needs, in their order."""

from collections.abc import Sequence

from evals.examples import Expected
from evals.graph_steps import GraphSteps
from evals.records import Scores


def trajectory_scores(expected: Expected, path: Sequence[str], known: GraphSteps) -> Scores:
    """Return `trajectory`, whether the expected steps stand in the path in their order; others may stand between them.

    Nothing where the graph has no path for the outcome.
    """
    outcome = expected.outcome or ""
    wanted = known.paths.get(outcome)
    if wanted is None:
        return {}
    left = iter(path)
    return {"trajectory": all(step in left for step in wanted)}
