"""What the changes of the two chains share: a step of plain code, and two questions about a state."""

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from state.chaining import Case, Fact, NormaliseUpdate
from state.desk import Draft

ROUNDS = 3
MOST_WORDS = 40
TOO_LONG = f"the reply is too long: say it in at most {MOST_WORDS} words"


class PlainCaseInput(TypedDict):
    """Read by `plain_case`."""

    facts: list[Fact]
    complaint: NotRequired[str | None]


async def plain_case(state: PlainCaseInput) -> NormaliseUpdate:
    """Return the case of a message that only asks something; no model is needed for it."""
    [request] = [fact.quote for fact in state["facts"]]
    return {"case": Case(request=request, amounts=[], dates=[], names=[], references=[])}


def only_asks(facts: Sequence[Fact]) -> bool:
    """Return whether a message has no facts but its request."""
    return len(facts) == 1


def is_short(draft: Draft) -> bool:
    """Return whether a reply has at most MOST_WORDS words."""
    return len(draft.reply.split()) <= MOST_WORDS
