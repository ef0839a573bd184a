"""The state of `voting`: its records, the input and update of each step, and the whole."""

from operator import add
from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.bounds import Id, Sentence
from desk.records import Review
from state.desk import (
    AnswerUpdate,
    Confidence,
    DraftedInput,
    DraftUpdate,
    Inquiry,
    ReadUpdate,
    RequestFields,
    ResolutionUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
    TierInput,
)


class Vote(Record):
    """One voter's answer to the question whether this is fraud."""

    view: Id
    answer: Literal["yes", "no", "unsure"]
    reason: Sentence


class ConveneUpdate(TypedDict):
    """Written by `convene`: the names of the views, each a voter."""

    panel: list[str]


class VotersInput(TierInput, ConveneUpdate):
    """Read by the router that starts the voters."""


class VoteInput(RequestFields):
    """Read by `vote`: a request with the voter's view."""

    customer_id: str | None
    view: str


class VoteUpdate(TypedDict):
    """Written by `vote`: a list of one."""

    votes: Annotated[list[Vote], add]


class TallyInput(VotersInput):
    """Read by `tally`: a routed inquiry with all votes and failures."""

    votes: NotRequired[Annotated[list[Vote], add]]
    failures: NotRequired[Annotated[list[Failure], add]]


class Tally(Record):
    """The count: `fraud` is None without a quorum; `share` is the larger side's, of all voters asked."""

    fraud: bool | None
    share: Confidence
    votes: list[Vote]


class TallyUpdate(TypedDict):
    """Written by `tally`; `review` only where a person has to look."""

    tally: Tally
    route: str
    confidence: Confidence
    finding: str
    review: NotRequired[Review]


class TalliedInput(RoutedInput):
    """Read by the router after `tally`."""

    tally: Tally
    review: NotRequired[Review]


class FraudInput(DraftedInput):
    """Read by the router after `draft`: the draft and the tally."""

    tally: Tally


class State(
    Inquiry,
    ReadUpdate,
    AnswerUpdate,
    RouteUpdate,
    ResolutionUpdate,
    ConveneUpdate,
    VoteUpdate,
    RetrieveUpdate,
    DraftUpdate,
    TallyUpdate,
    total=False,
):
    """The whole state of `voting`; each step reads and writes a part of it."""

    failures: Annotated[list[Failure], add]
