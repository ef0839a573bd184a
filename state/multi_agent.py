"""The state of `multi_agent`: its records, the input and update of each step, and the whole."""

import operator
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import create_model
from typing_extensions import TypedDict

from baton.records import Record
from desk.bounds import Id, Many, Quote, Sentence
from desk.records import Review
from state.desk import (
    AnswerCheck,
    AnswerUpdate,
    Confidence,
    Draft,
    DraftInput,
    DraftUpdate,
    Inquiry,
    ReadInput,
    ReadUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    ReviewUpdate,
    RoutedInput,
    RouteFields,
    RouteUpdate,
)

FINISH, PERSON = "finish", "person"


class Handover(Record):
    """A supervisor's choice: a specialist by name, "finish" or "person"; and in one sentence why.

    `parts` are the words of the message that are this specialist's to deal with; none for all of it.
    """

    to: Id
    parts: Many[Quote]
    why: Sentence


@cache
def handover_shape(specialists: tuple[str, ...]) -> type[Handover]:
    """Return the kind of `Handover` that can name these specialists, "finish" or "person", and nothing else."""
    to: Any = Literal[(*specialists, FINISH, PERSON)]
    return create_model("Handover", __base__=Handover, __module__=__name__, to=(to, ...))


class Contribution(Record):
    """One specialist's draft with the review of it; `draft` is None where no policy was found."""

    route: str
    confidence: Confidence
    draft: Draft | None
    review: Review

    @property
    def fit(self) -> bool:
        """Whether it has a draft that may be sent."""
        return self.draft is not None and self.review.verdict != "escalate"


class SuperviseInput(RoutedInput):
    """Read by `supervise`: a message with all contributions so far; `handovers` counts its hand-overs."""

    handovers: NotRequired[int]
    contributions: NotRequired[list[Contribution]]


class SuperviseUpdate(RouteFields):
    """Written by `supervise`; `review` and `best` only where a person looks."""

    to: str
    parts: list[str]
    why: str
    handovers: int
    review: NotRequired[Review]
    best: NotRequired[Draft]


class HandOverInput(ReadInput, SuperviseUpdate):
    """Read by the router after `supervise`."""


class ContributeInput(DraftInput):
    """Read by `contribute`: the specialist's result; no draft where no policy was found."""

    draft: NotRequired[Draft]
    review: NotRequired[Review]
    answer: NotRequired[AnswerCheck]


class ContributeUpdate(TypedDict):
    """Written by `contribute`: a list of one."""

    contributions: list[Contribution]


class SumUpInput(RoutedInput, ContributeUpdate):
    """Read by `sum_up`: a message with all contributions, in the order of the hand-overs."""


class SpecialistState(
    ReadInput, RouteFields, AnswerUpdate, RetrieveUpdate, DraftUpdate, ReviewUpdate, ContributeUpdate, total=False
):
    """The whole state of one specialist."""


class State(Inquiry, ReadUpdate, RouteUpdate, ResolutionUpdate, SuperviseUpdate, total=False):
    """The whole state of `multi_agent`; each step reads and writes a part of it."""

    contributions: Annotated[list[Contribution], operator.add]
