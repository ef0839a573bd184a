"""The state of `voting`."""

from operator import add
from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.records import Review
from state.desk import (
    Confidence,
    DraftedInput,
    DraftUpdate,
    Inquiry,
    ResolutionUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
    TierInput,
)


class Vote(Record):
    """One voter's answer to the question whether this is fraud."""

    view: str
    answer: Literal["yes", "no", "unsure"]
    reason: str


class ConveneUpdate(TypedDict):
    """What convening writes: the views that are asked, each a voter."""

    panel: list[str]


class VotersInput(TierInput, ConveneUpdate):
    """A routed inquiry whose voters are convened."""


class VoteInput(Inquiry):
    """What one voter is handed."""

    view: str


class VoteUpdate(TypedDict):
    """What a voter writes."""

    votes: Annotated[list[Vote], add]


class TallyInput(VotersInput):
    """A routed inquiry with the votes and the failures that came back."""

    votes: NotRequired[Annotated[list[Vote], add]]
    failures: NotRequired[Annotated[list[Failure], add]]


class Tally(Record):
    """The count: `fraud` is None without a quorum; `share` is the larger side's, of all voters asked."""

    fraud: bool | None
    share: Confidence
    votes: list[Vote]


class TallyUpdate(TypedDict):
    """What the tally writes; `review` only where a person has to look."""

    tally: Tally
    route: str
    confidence: Confidence
    finding: str
    review: NotRequired[Review]


class TalliedInput(RoutedInput):
    """An inquiry with its tally."""

    tally: Tally
    review: NotRequired[Review]


class FraudInput(DraftedInput):
    """A draft with the tally that it was written under."""

    tally: Tally


class State(
    Inquiry,
    RouteUpdate,
    ResolutionUpdate,
    ConveneUpdate,
    VoteUpdate,
    RetrieveUpdate,
    DraftUpdate,
    TallyUpdate,
    total=False,
):
    """All that `voting` keeps; a step reads and writes a slice of it."""

    failures: Annotated[list[Failure], add]
