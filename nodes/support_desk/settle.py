"""Settle: make the settlement of one action, with the customer's text on it."""

from desk.business import business
from desk.records import Verdict, in_words
from desk.reply_checks import tells_of
from state.desk import ActionStatus, ActionTaken, proposed_actions
from state.support_desk import SettleInput, Settlement, SettleUpdate

STATUS: dict[Verdict, ActionStatus] = {"escalate": "proposed", "decline": "refused"}


async def settle(state: SettleInput) -> SettleUpdate:
    """Return the settlement in a list of one: the action with its receipt, or as proposed, refused or rejected."""
    review = state["review"]
    settlement = Settlement(
        position=state["position"],
        verdict=review.verdict,
        reply=_text(state),
        action=(state.get("actions") or [_open_action(state)])[0],
        reason=review.reason,
    )
    return {"settled": [settlement]}


def _text(state: SettleInput) -> str:
    """Return the customer's text: a refusal, a person's own words, or the draft's reply.

    Where the reply leaves out what was done, or what it cost, cancelled or made final, words of code say it.
    """
    review, decision = state["review"], state.get("decision")
    if review.verdict == "decline":
        return business().wording.refuse(review.reason)
    if decision is not None and decision.type == "respond":
        return decision.message
    reply, action = state["draft"].reply, state["draft"].action
    if action is not None and not tells_of(reply, action):
        reply = f"{business().wording.done.format(done=in_words(action))} {reply}"
    consequences = state["consequences"] if review.verdict == "act" else None
    return reply if consequences is None or consequences in reply else f"{reply} {consequences}"


def _open_action(state: SettleInput) -> ActionTaken:
    """Return the action without a receipt, with the status that decision or verdict give it."""
    status = "rejected" if state.get("decision") else STATUS.get(state["review"].verdict, "proposed")
    [action] = proposed_actions(state["draft"], status)
    return action
