"""Check a draft before anyone reads it: code, not a model, decides how to go on."""

from typing import NotRequired

from typing_extensions import TypedDict

from desk.business import knowledge
from desk.records import Review, Row, values_of
from desk.reply_checks import citation_fault, contents_fault, invention_fault, privacy_fault, review_action
from state.desk import DraftedInput, ReviewUpdate


class ToolRows(TypedDict):
    """Read by `check`: the part of a tool result that holds the customer's own rows."""

    rows: list[Row]


class CheckInput(DraftedInput):
    """Read by `check`: a draft, and the tool results that its writer had besides the policies."""

    seen: NotRequired[list[ToolRows]]


async def check(state: CheckInput) -> ReviewUpdate:
    """Return the review of the draft: how to go on with it, and why."""
    if fault := await _fault(state):
        return {"review": Review(verdict="escalate", reason=fault)}
    return {"review": await review_action(state["draft"].action, state["request"], state["customer_id"])}


async def _fault(state: CheckInput) -> str | None:
    """Return the first fault of the reply in words; None where it may be sent."""
    desk, draft, asking = await knowledge(), state["draft"], (state["customer_id"], state["request"])
    own_values = values_of(row for each in state.get("seen", []) for row in each["rows"])
    sources = [desk.text_of(draft.citations), *own_values]
    return (
        citation_fault(draft.citations, {each.policy_id for each in desk.passages(state["passages"])})
        or await privacy_fault(draft.reply, *asking)
        or invention_fault(draft.reply, draft.action, sources, state["request"])
        or await contents_fault(draft.reply, sources, *asking)
    )
