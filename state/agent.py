"""The state of `agent`: its records, the input and update of each step, and the whole."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union

from pydantic import AfterValidator, create_model
from typing_extensions import TypedDict

from baton.records import Record
from desk.bounds import Sentence, bounded_text
from desk.business import business
from desk.records import Review, Row, Tool
from state.desk import (
    AnswerUpdate,
    Draft,
    DraftUpdate,
    Inquiry,
    ReadUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    ReviewUpdate,
    RoutedInput,
    RouteUpdate,
    draft_shape,
)

LONGEST_QUERY = 400  # characters


def _check_query(query: str) -> str:
    if not query.strip() or len(query) > LONGEST_QUERY:
        raise ValueError(f"a query has 1 to {LONGEST_QUERY} characters")
    return query


class SearchPolicies(Record):
    """Search the desk's policies for some words."""

    name: Literal["search_policies"]
    query: Annotated[str, AfterValidator(_check_query), bounded_text(LONGEST_QUERY)]


if TYPE_CHECKING:
    AnyTool = SearchPolicies | Tool
else:
    AnyTool = Union[(SearchPolicies, *business().tools)]
"""The tools of the agent: they only read, and none takes a customer as an argument."""


class Finish(Record):
    """End with an answer, and at most one proposed action."""

    name: Literal["finish"]
    draft: Draft


class GiveUp(Record):
    """End without an answer: a person shall look."""

    name: Literal["give_up"]
    reason: Sentence


class Move(Record):
    """A model's next step, and in one sentence why."""

    why: Sentence
    step: AnyTool | Finish | GiveUp


@cache
def move_shape(actions: tuple[str, ...]) -> type[Move]:
    """Return the kind of `Move` whose draft can propose these actions and no others."""
    finish = create_model("Finish", __base__=Finish, __module__=__name__, draft=(draft_shape(actions), ...))
    step: Any = Union[(SearchPolicies, *business().tools, finish, GiveUp)]
    return create_model("Move", __base__=Move, __module__=__name__, step=(step, ...))


class ToolResult(Record):
    """A tool call with its result: ids of passages, or the customer's own rows; `refused` says why it has neither."""

    call: AnyTool
    passages: list[str]
    rows: list[Row]
    refused: str | None


class DecideStepInput(RoutedInput):
    """Read by `decide_step`: a routed inquiry with all tool results so far; `taken` counts the steps."""

    seen: NotRequired[list[ToolResult]]
    passages: NotRequired[list[str]]
    taken: NotRequired[int]


class UseToolInput(DecideStepInput):
    """Read by `use_tool`: the same with the call to make."""

    call: AnyTool


class DecideStepUpdate(TypedDict):
    """Written by `decide_step`: a call, or a draft, or a review that ends the loop with the best draft."""

    taken: int
    why: str
    call: AnyTool | None
    draft: NotRequired[Draft]
    review: NotRequired[Review]
    best: NotRequired[Draft]


class UseToolUpdate(RetrieveUpdate):
    """Written by `use_tool`: all tool results, and all passages found."""

    seen: list[ToolResult]


class State(
    Inquiry,
    ReadUpdate,
    AnswerUpdate,
    RouteUpdate,
    ResolutionUpdate,
    DraftUpdate,
    ReviewUpdate,
    UseToolUpdate,
    total=False,
):
    """The whole state of `agent`; each step reads and writes a part of it."""

    taken: int
    why: str
    call: AnyTool | None
    best: Draft
