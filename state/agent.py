"""The state of `agent`."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union

from pydantic import AfterValidator, create_model
from typing_extensions import TypedDict

from baton.records import Record
from desk.business import business
from desk.records import Review, Row, Tool
from state.desk import (
    Draft,
    DraftUpdate,
    Inquiry,
    ResolutionUpdate,
    RetrieveUpdate,
    ReviewUpdate,
    RoutedInput,
    RouteUpdate,
    draft_shape,
)

LONGEST_QUERY = 400  # characters


def _worth_searching(query: str) -> str:
    if not query.strip() or len(query) > LONGEST_QUERY:
        raise ValueError(f"a query has 1 to {LONGEST_QUERY} characters")
    return query


class SearchPolicies(Record):
    """Search the desk's policies for some words."""

    name: Literal["search_policies"]
    query: Annotated[str, AfterValidator(_worth_searching)]


if TYPE_CHECKING:
    AnyTool = SearchPolicies | Tool
else:
    AnyTool = Union[(SearchPolicies, *business().tools)]
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
    step: AnyTool | Finish | GiveUp


@cache
def move_shape(allowed: tuple[str, ...]) -> type[Move]:
    """A `Move` whose draft can propose the allowed actions and no others."""
    finish = create_model("Finish", __base__=Finish, __module__=__name__, draft=(draft_shape(allowed), ...))
    step: Any = Union[(SearchPolicies, *business().tools, finish, GiveUp)]
    return create_model("Move", __base__=Move, __module__=__name__, step=(step, ...))


class ToolResult(Record):
    """One tool call and what it gave: ids of passages, or rows of the customer's own; or why it gave nothing."""

    call: AnyTool
    passages: list[str]
    rows: list[Row]
    refused: str | None


class DecideStepInput(RoutedInput):
    """A routed inquiry and what was found so far; `taken` counts the steps."""

    seen: NotRequired[list[ToolResult]]
    passages: NotRequired[list[str]]
    taken: NotRequired[int]


class UseToolInput(DecideStepInput):
    """A tool call to be made."""

    call: AnyTool


class DecideStepUpdate(TypedDict):
    """What deciding writes: a call, or a draft, or a review that ends the loop with the best that was found."""

    taken: int
    why: str
    call: AnyTool | None
    draft: NotRequired[Draft]
    review: NotRequired[Review]
    best: NotRequired[Draft]


class UseToolUpdate(RetrieveUpdate):
    """What using a tool writes."""

    seen: list[ToolResult]


class State(Inquiry, RouteUpdate, ResolutionUpdate, DraftUpdate, ReviewUpdate, UseToolUpdate, total=False):
    """All that `agent` keeps; a step reads and writes a slice of it."""

    taken: int
    why: str
    call: AnyTool | None
    best: Draft
