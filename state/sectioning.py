"""The state of `sectioning`: its records, the input and update of each step, and the whole."""

import operator
from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.bounds import Many, Quote
from desk.records import Review, quoted
from state.desk import (
    AnswerCheck,
    Confidence,
    Draft,
    Inquiry,
    ReadInput,
    ReadUpdate,
    ResolutionUpdate,
    RouteUpdate,
    TierInput,
)
from state.gates import GateUpdate


class Requests(Record):
    """The separate requests of a message, each in the message's own words, in the order in which they stand."""

    requests: Many[Quote]


class SectionResult(Record):
    """The result of one request; `number` counts the requests from 1.

    `draft` is None where the request is not for this desk, no policy bears on it, or there is a `fault`, of its route
    or of its draft.
    """

    number: int
    request: str
    route: str
    confidence: Confidence
    draft: Draft | None
    fault: str | None


class Left(Record):
    """A request that is left to a person: why, and the customer's own words."""

    reason: str
    request: str


def reasons(left: Iterable[Left]) -> str:
    """Return why each request is left, those of one reason together, each in the customer's own words."""
    groups = groupby(left, lambda each: each.reason)
    return "; ".join(f"{why}: {quoted([each.request for each in group])}" for why, group in groups)


class SplitInput(ReadInput):
    """Read by `split`: an inquiry; `complaint` is the fault that the gate found in the last split."""

    complaint: NotRequired[str | None]


class SplitUpdate(TypedDict):
    """Written by `split`."""

    requests: list[str]


class GateSectionsInput(SplitInput, SplitUpdate):
    """Read by `gate_sections`: an inquiry with its separate requests."""

    repaired: NotRequired[list[str]]


class GateSectionsUpdate(GateUpdate, SplitUpdate):
    """Written by `gate_sections`: all requests, also those that the split left out.

    `admitted` are the ones to work, only the first where there are too many.
    """

    admitted: list[str]


class FanOutInput(ReadInput, GateSectionsUpdate):
    """Read by the router that starts a section for each admitted request."""


class SectionInput(ReadInput):
    """The input of a section: one request, as its whole message."""

    number: int


class ReportInput(SectionInput, TierInput):
    """Read by `report`: a routed section, with its draft if any."""

    draft: NotRequired[Draft]
    review: NotRequired[Review]
    answer: NotRequired[AnswerCheck]


class ReportUpdate(TypedDict):
    """Written by `report`: a list of one."""

    sections: list[SectionResult]


class CombineInput(ReadInput, SplitUpdate):
    """Read by `combine`: the results and failures of all sections, in any order."""

    admitted: list[str]
    sections: list[SectionResult]
    failures: list[Failure]


class CombineUpdate(TypedDict):
    """Written by `combine`: what is left to a person; `review` says why, where no section has an answer."""

    left: list[Left]
    review: NotRequired[Review]


class CombinedUpdate(ResolutionUpdate, CombineUpdate):
    """Written by `combine` where a section has an answer."""


class SectionState(SectionInput, RouteUpdate, total=False):
    """The whole state of one section."""

    passages: list[str]
    draft: Draft
    review: Review
    answer: AnswerCheck
    sections: list[SectionResult]


class State(Inquiry, ReadUpdate, RouteUpdate, ResolutionUpdate, SplitUpdate, GateSectionsUpdate, total=False):
    """The whole state of `sectioning`; each step reads and writes a part of it."""

    left: list[Left]
    sections: Annotated[list[SectionResult], operator.add]
    failures: Annotated[list[Failure], operator.add]
