"""Groundedness: whether every figure of the reply stands in a cited policy, the message or the customer's account."""

from evals.evaluators.figures import figures_in
from evals.evaluators.sources import Sources
from evals.records import Scores


def groundedness_scores(sources: Sources) -> Scores:
    """Return `grounded`, the share of the reply's figures that have a source; nothing for a reply without figures."""
    figures = figures_in(sources.reply)
    if not figures:
        return {}
    return {"grounded": 1 - len(figures - figures_in(sources.cited_grounds)) / len(figures)}
