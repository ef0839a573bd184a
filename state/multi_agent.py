"""The state of `multi_agent`."""

import operator
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import create_model
from typing_extensions import TypedDict

from baton.records import Record
from desk.records import Review
from state.desk import (
    Confidence,
    Draft,
    DraftInput,
    DraftUpdate,
    Inquiry,
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

    to: str
    parts: list[str]
    why: str


@cache
def handover_shape(specialists: tuple[str, ...]) -> type[Handover]:
    """A `Handover` that can go to those specialists, to the end or to a person, and nowhere else."""
    to: Any = Literal[(*specialists, FINISH, PERSON)]
    return create_model("Handover", __base__=Handover, __module__=__name__, to=(to, ...))


class Contribution(Record):
    """What one specialist had to say; no draft where no policy bears on the message, and `review` of the checks."""

    route: str
    confidence: Confidence
    draft: Draft | None
    review: Review

    @property
    def fit(self) -> bool:
        """Whether it has something that may be sent."""
        return self.draft is not None and self.review.verdict != "escalate"


class SuperviseInput(RoutedInput):
    """A message under way; `handovers` counts how often it was handed over."""

    handovers: NotRequired[int]
    contributions: NotRequired[list[Contribution]]


class SuperviseUpdate(RouteFields):
    """What supervising writes; `review` and `best` where a person looks."""

    to: str
    parts: list[str]
    why: str
    handovers: int
    review: NotRequired[Review]
    best: NotRequired[Draft]


class HandOverInput(Inquiry, SuperviseUpdate):
    """A message at the moment of its hand-over."""


class ContributeInput(DraftInput):
    """What was handed over, after the specialist's work; no draft where no policy was found."""

    draft: NotRequired[Draft]
    review: NotRequired[Review]


class ContributeUpdate(TypedDict):
    """What a specialist writes: a list of one."""

    contributions: list[Contribution]


class SumUpInput(RoutedInput, ContributeUpdate):
    """A message with all contributions, in the order of the hand-overs."""


class SpecialistState(Inquiry, RouteFields, RetrieveUpdate, DraftUpdate, ReviewUpdate, ContributeUpdate, total=False):
    """All that one specialist keeps."""


class State(Inquiry, RouteUpdate, ResolutionUpdate, SuperviseUpdate, total=False):
    """All that `multi_agent` keeps; a step reads and writes a slice of it."""

    contributions: Annotated[list[Contribution], operator.add]
