"""The state of `agent`."""

from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Union, get_args

from pydantic import AfterValidator, Field, create_model
from typing_extensions import TypedDict

from baton.records import Record
from state.actions import ActionName
from state.desk import Draft, Drafting, Evidence, Guess, Inquiry, Resolution, Routed, draft_shape
from state.reviews import Review, Reviewing

LONGEST_QUERY = 400  # characters


def _worth_searching(query: str) -> str:
    if not query.strip() or len(query) > LONGEST_QUERY:
        raise ValueError(f"a query has 1 to {LONGEST_QUERY} characters")
    return query


class SearchPolicies(Record):
    """Search the desk's policies for some words."""

    name: Literal["search_policies"]
    query: Annotated[str, AfterValidator(_worth_searching)]


class ListTransactions(Record):
    """The customer's own transactions of the last days, newest first; `merchant` is a part of a name, null is all."""

    name: Literal["list_transactions"]
    merchant: str | None
    days: Annotated[int, Field(ge=1, le=400)]


class ListCards(Record):
    """The customer's own cards."""

    name: Literal["list_cards"]


class ListAccounts(Record):
    """The customer's own accounts with their balances."""

    name: Literal["list_accounts"]


Tool = SearchPolicies | ListTransactions | ListCards | ListAccounts
"""All that the agent may use: it only reads, and none of it takes a customer as an argument."""


class Finish(Record):
    """End with an answer, and at most one proposed action."""

    name: Literal["finish"]
    draft: Draft


class GiveUp(Record):
    """End without an answer: a person shall look."""

    name: Literal["give_up"]
    reason: str


class Move(Record):
    """A model's next step, and in one sentence why."""

    why: str
    step: Tool | Finish | GiveUp


@cache
def move_shape(allowed: tuple[ActionName, ...]) -> type[Move]:
    """A `Move` whose draft can propose the allowed actions and no others."""
    finish = create_model("Finish", __base__=Finish, __module__=__name__, draft=(draft_shape(allowed), ...))
    step: Any = Union[(*get_args(Tool), finish, GiveUp)]
    return create_model("Move", __base__=Move, __module__=__name__, step=(step, ...))


class Seen(Record):
    """One tool call and what it gave: ids of passages, or rows of the customer's own; or why it gave nothing."""

    call: Tool
    passages: list[str]
    rows: list[dict[str, str]]
    refused: str | None


class Exploring(Routed):
    """A routed inquiry and what was found so far; `taken` counts the steps."""

    seen: NotRequired[list[Seen]]
    passages: NotRequired[list[str]]
    taken: NotRequired[int]


class Calling(Exploring):
    """A tool call to be made."""

    call: Tool


class Deciding(TypedDict):
    """What deciding writes: a call, or a draft, or a review that ends the loop with the best that was found."""

    taken: int
    why: str
    call: Tool | None
    draft: NotRequired[Draft]
    review: NotRequired[Review]
    best: NotRequired[Draft]


class Using(Evidence):
    """What using a tool writes."""

    seen: list[Seen]


class State(Inquiry, Guess, Resolution, Drafting, Reviewing, Using, total=False):
    """All that `agent` keeps; a step reads and writes a slice of it."""

    taken: int
    why: str
    call: Tool | None
    best: Draft
