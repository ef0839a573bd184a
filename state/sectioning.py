"""The state of `sectioning`."""

import operator
from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.records import Review
from state.desk import Confidence, Draft, Inquiry, ResolutionUpdate, RoutedInput, RouteUpdate
from state.gates import GateUpdate


class Requests(Record):
    """The separate requests of a message, each in the message's own words, in the order in which they stand."""

    requests: list[str]


class SectionResult(Record):
    """What became of one request; `number` counts them from 1.

    There is no draft where the request is not for this desk or no policy bears on it.
    """

    number: int
    request: str
    route: str
    confidence: Confidence
    draft: Draft | None


class SplitInput(Inquiry):
    """An inquiry; `complaint` is what the gate said about the last split."""

    complaint: NotRequired[str | None]


class SplitUpdate(TypedDict):
    """What splitting writes."""

    requests: list[str]


class GateSectionsInput(SplitInput, SplitUpdate):
    """An inquiry with its separate requests, before their gate."""

    repaired: NotRequired[list[str]]


class GateSectionsUpdate(GateUpdate):
    """What the gate writes; `admitted` are the requests that are worked, the first ones where there are too many."""

    admitted: list[str]


class FanOutInput(Inquiry, GateSectionsUpdate):
    """An inquiry with the requests that are worked; none where the split is not sound."""


class SectionInput(Inquiry):
    """One request by itself: the whole message as far as whoever works it knows."""

    number: int


class ReportInput(SectionInput, RoutedInput):
    """A routed section, with a draft where there was something to draft from."""

    draft: NotRequired[Draft]


class ReportUpdate(TypedDict):
    """What a section writes: a list of one."""

    sections: list[SectionResult]


class CombineInput(Inquiry, SplitUpdate):
    """All that came of the requests: results and failures, in any order."""

    admitted: list[str]
    sections: list[SectionResult]
    failures: list[Failure]


class CombineUpdate(TypedDict):
    """Whether the sections gave nothing to reply; then `review` says why."""

    review: NotRequired[Review]


class SectionState(SectionInput, RouteUpdate, total=False):
    """All that one section keeps."""

    passages: list[str]
    draft: Draft
    sections: list[SectionResult]


class State(Inquiry, RouteUpdate, ResolutionUpdate, SplitUpdate, GateSectionsUpdate, total=False):
    """All that `sectioning` keeps; a step reads and writes a slice of it."""

    sections: Annotated[list[SectionResult], operator.add]
    failures: Annotated[list[Failure], operator.add]
