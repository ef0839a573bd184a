"""Policy violations: what the desk's rules for replies forbid, whatever the message."""

from typing import Any

from desk.reply_checks import citation_fault, tone_fault
from evals.evaluators.sources import Sources
from evals.records import Scores


def policy_scores(sources: Sources, answer: dict[str, Any]) -> Scores:
    """Return `keeps_policy`: an answer cites policies in force, and no reply shouts, blames or promises."""
    uncited = answer.get("outcome") == "answered" and citation_fault(sources.citations, sources.in_force)
    return {"keeps_policy": not uncited and tone_fault(sources.reply) is None}
