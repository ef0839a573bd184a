"""Check a draft before anyone sees it: code, not a model, decides what may go on."""

from typing import NotRequired

from typing_extensions import TypedDict

from desk.business import knowledge
from desk.records import Review, Row
from desk.reply_checks import citation_fault, invention_fault, privacy_fault, review_action
from state.desk import DraftedInput, ReviewUpdate


class Shown(TypedDict):
    """What a tool's result comes to for whoever checks: the rows that it gave."""

    rows: list[Row]


class CheckInput(DraftedInput):
    """A draft, and what its writer was shown besides the policies."""

    seen: NotRequired[list[Shown]]


async def check(state: CheckInput) -> ReviewUpdate:
    """How to go on with the draft, and why."""
    if fault := await _fault(state):
        return {"review": Review(verdict="escalate", reason=fault)}
    return {"review": await review_action(state["draft"].action, state["message"], state["customer_id"])}


async def _fault(state: CheckInput) -> str | None:
    """What makes the reply unfit to send; None when nothing does."""
    drafted, passages = state["draft"], (await knowledge()).passages(state["passages"])
    cited = (each.text for each in passages if each.policy_id in drafted.citations)
    shown = (value for each in state.get("seen", []) for row in each["rows"] for value in row.values())
    grounds = " ".join([state["message"], *cited, *shown])
    return (
        citation_fault(drafted.citations, {passage.policy_id for passage in passages})
        or await privacy_fault(drafted.reply, state["customer_id"], state["message"])
        or invention_fault(drafted.reply, drafted.action, grounds)
    )
