"""Sum up: make one resolution of all contributions."""

from desk.business import business
from desk.records import paragraphs
from state.desk import PROPOSED_ONLY, ActionTaken, Outcome, ResolutionUpdate, citations_of, proposed_actions
from state.multi_agent import Contribution, SumUpInput


async def sum_up(state: SumUpInput) -> ResolutionUpdate:
    """Return one resolution, its answers in the order of the hand-overs.

    Its outcome is "escalated" where an answer is missing or an action is proposed.
    """
    fit = [each for each in state["contributions"] if each.fit]
    missing = [f"{each.route}: {each.review.reason}" for each in state["contributions"] if not each.fit]
    actions = [action for each in fit for action in _actions(each)]
    open_ones = any(action.status == "proposed" for action in actions)
    proposal = [PROPOSED_ONLY] if open_ones else []
    return {
        "outcome": "escalated" if missing or open_ones else _outcome(fit),
        "route": state["route"],
        "confidence": state["confidence"],
        "reply": paragraphs(dict.fromkeys([*map(_text, fit), *([business().wording.the_rest] if missing else [])])),
        "citations": citations_of(each.draft for each in fit),
        "actions": actions,
        "reason": "; ".join([*proposal, *(f"{each.route}: {each.review.reason}" for each in fit), *missing]),
        "has_result": not missing,
    }


def _outcome(fit: list[Contribution]) -> Outcome:
    return "declined" if all(each.review.verdict == "decline" for each in fit) else "answered"


def _actions(contribution: Contribution) -> list[ActionTaken]:
    """Return the specialist's action in a list, refused where a rule forbids it; empty without an action."""
    return proposed_actions(contribution.draft, "refused" if contribution.review.verdict == "decline" else "proposed")


def _text(contribution: Contribution) -> str:
    """Return the customer's text of one contribution; a draft with an action is not sent, for nobody has done it."""
    if contribution.review.verdict == "decline":
        return business().wording.refuse(contribution.review.reason)
    if contribution.draft is None or contribution.draft.action is not None:
        return business().wording.passed_on
    return contribution.draft.reply
