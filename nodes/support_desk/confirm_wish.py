"""Confirm the wish: a model that did not write the draft says whether the message asks for the action."""

from baton import ask
from desk.business import customer_for, instructions
from desk.records import Review, arguments
from state.desk import ReviewUpdate
from state.support_desk import Confirmation, ConfirmWishInput

LONGEST_DOUBT = 200  # characters


async def confirm_wish(state: ConfirmWishInput) -> ReviewUpdate:
    """Ask the judge's model and return the review as it was, or, with any doubt, that a person must agree.

    It is asked only where code allows the action and sees no doubt of its own, so that two readings agree before
    anything is done without a person.

    Raises:
        ValueError: the draft has no action.
    """
    action = state["draft"].action
    if action is None:
        raise ValueError("there is no action to confirm")
    data = {
        "customer": await customer_for(state["customer_id"], [action.name], state["whole"]),
        "action": {"name": action.name, **arguments(action)},
        "consequences": state["consequences"],
        "message": state["whole"],
    }
    doubt = doubt_in(await ask("judge", Confirmation, instructions(__file__), data))
    return {"review": Review(verdict="ask_person", reason=doubt) if doubt else state["review"]}


def doubt_in(confirmation: Confirmation) -> str | None:
    """Return what the model does not confirm, with its reason on one line; None where it confirms everything."""
    answers = confirmation.model_dump(exclude={"reason"})
    open_points = [point for point, answer in answers.items() if answer != "yes"]
    reason = " ".join(confirmation.reason.split())[:LONGEST_DOUBT]
    return f"a second reading is not sure of it ({', '.join(open_points)}): {reason}" if open_points else None
