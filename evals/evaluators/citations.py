"""Citations: how many of the cited policies are right, and how many of the right ones are cited."""

from typing import Any

from evals.evaluators.matches import agreement
from evals.examples import Expected
from evals.records import Scores


def citation_scores(expected: Expected, answer: dict[str, Any]) -> Scores:
    """Return `citations_recall` and `citations_precision`; a policy that is cited twice counts once."""
    if expected.citations is None:
        return {}
    scores = agreement(expected.citations, list(dict.fromkeys(answer.get("citations") or [])))
    return {f"citations_{name}": scores[name] for name in ("recall", "precision")}
