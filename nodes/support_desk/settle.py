"""Settle: say what came of one action, and what the customer reads of it."""

from desk.business import business
from desk.records import Verdict
from state.desk import ActionStatus, ActionTaken, proposed
from state.support_desk import SettleInput, Settlement, SettleUpdate

STATUS: dict[Verdict, ActionStatus] = {"escalate": "proposed", "decline": "refused"}


async def settle(state: SettleInput) -> SettleUpdate:
    """The settlement of the part; the action as it was carried out, or why nothing was done."""
    review = state["review"]
    settlement = Settlement(
        position=state["position"],
        verdict=review.verdict,
        reply=_text(state),
        action=(state.get("actions") or [_unperformed(state)])[0],
        reason=review.reason,
    )
    return {"settled": [settlement]}


def _text(state: SettleInput) -> str:
    """What the customer reads; never a draft that says done what nobody did."""
    review, decision = state["review"], state.get("decision")
    if review.verdict == "decline":
        return business().wording.refuse(review.reason)
    if decision is not None and decision.type == "respond":
        return decision.message
    return state["draft"].reply


def _unperformed(state: SettleInput) -> ActionTaken:
    """The proposed action as it stands where nobody acted on it."""
    status = "rejected" if state.get("decision") else STATUS.get(state["review"].verdict, "proposed")
    [action] = proposed(state["draft"], status)
    return action
