"""Drafts of a loop: the first one and the best one, and what the loop gained."""

from collections.abc import Sequence
from typing import Any

from evals.evaluators.citations import citation_scores
from evals.evaluators.completion import reply_scores
from evals.examples import Expected
from evals.records import Scores


def draft_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Return the scores of the first draft and of the best one, with the gains of the best."""
    drafts = [each["draft"] for each in outputs if each.get("draft")]
    bests = [each["best"] for each in outputs if each.get("best")]
    if not drafts or not bests:
        return {}
    first, best = _scores(expected, drafts[0]), _scores(expected, bests[-1])
    return {"draft": first, "best": {**best, **{f"{name}_gain": best[name] - first[name] for name in best}}}


def _scores(expected: Expected, draft: dict[str, Any]) -> Scores:
    return {**citation_scores(expected, draft), **reply_scores(expected, draft)}
