"""Check an action before anyone carries it out: whether the business may do it, and whether the message asks for it."""

from desk.business import business
from desk.records import Action, Review
from desk.reply_checks import price_fault, review_action
from state.support_desk import CheckActionUpdate, SettlingInput

GOES_ON = {"act", "ask_person"}
NOT_AS_A_WHOLE = "the message as a whole may not ask for it"


async def check_action(state: SettlingInput) -> CheckActionUpdate:
    """Return the review of the action, and what the action costs, cancels or makes final.

    Where the business would do it, but code doubts that the message asks for it, a person is asked.
    """
    action, customer_id = state["draft"].action, state["customer_id"]
    review = await review_action(action, state["request"], customer_id)
    if action is None or customer_id is None or review.verdict not in GOES_ON:
        return {"review": review, "consequences": None}
    consequences = await business().service.consequences(action, customer_id)
    doubts = await _doubts(state, action, customer_id, consequences)
    if doubts:
        review = Review(verdict="ask_person", reason="; ".join([*_reasons(review), *doubts]))
    return {"review": review, "consequences": consequences}


async def _doubts(state: SettlingInput, action: Action, customer_id: str, consequences: str | None) -> list[str]:
    in_part, in_whole = (_is_wished(action, state[name]) for name in ("request", "whole"))
    found = (
        await business().doubt(action, state["said"], customer_id),
        NOT_AS_A_WHOLE if in_part and not in_whole else None,
        price_fault(state["draft"].reply, consequences),
    )
    return [each for each in found if each]


def _is_wished(action: Action, text: str) -> bool:
    return action.name in {each.action for each in business().wishes(text)}


def _reasons(review: Review) -> list[str]:
    """Return why a person must agree anyway."""
    return [review.reason] if review.verdict == "ask_person" else []
