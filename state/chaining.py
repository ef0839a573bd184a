"""The state of `chaining`."""

from datetime import date
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.gates import GateReport
from desk.records import Amount
from state.desk import (
    DraftInput,
    DraftUpdate,
    Inquiry,
    Reply,
    ResolutionUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
)


class Fact(Record):
    """Something the message says, in its own words; `quote` stands in the message letter for letter."""

    kind: Literal["amount", "date", "name", "reference", "request"]
    quote: str


class Facts(Record):
    """What a message says; card numbers in it are masked before anyone reads it."""

    facts: list[Fact]


class Case(Record):
    """A message as a clerk would file it: amounts as decimals ("24.90"), dates in ISO form.

    `names` are those of shops, companies and people; `references` tell the customer's things apart: ids, or the last
    digits of a card.
    """

    request: str
    amounts: list[Amount]
    dates: list[date]
    names: list[str]
    references: list[str]


class CaseReply(Record):
    """A summary for the file and a reply for the customer; `facts_used` are positions in the list of facts."""

    summary: str
    reply: Reply
    citations: list[str]
    facts_used: list[Annotated[int, Field(ge=0)]]


class ExtractInput(RoutedInput):
    """A routed inquiry; `complaint` is what the gate said about the last attempt."""

    complaint: NotRequired[str | None]


class NormaliseInput(ExtractInput):
    """An inquiry with the facts found in it."""

    facts: list[Fact]


class GateFactsInput(NormaliseInput):
    """Facts before their gate; `repaired` names the gates that sent their result back."""

    repaired: NotRequired[list[str]]


class GateCaseInput(GateFactsInput):
    """A case before its gate."""

    case: Case


class SummariseInput(NormaliseInput, DraftInput):
    """A case with the policies that bear on it."""

    case: Case


class GateReplyInput(SummariseInput, DraftUpdate):
    """A summary and a reply before their gate."""

    summary: str
    facts_used: list[int]
    repaired: NotRequired[list[str]]


class ExtractUpdate(TypedDict):
    """What extracting writes."""

    facts: list[Fact]


class NormaliseUpdate(TypedDict):
    """What normalising writes."""

    case: Case


class SummariseUpdate(DraftUpdate):
    """What summarising writes."""

    summary: str
    facts_used: list[int]


class State(
    Inquiry,
    RouteUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    ExtractUpdate,
    NormaliseUpdate,
    SummariseUpdate,
    GateReport,
    total=False,
):
    """All that `chaining` keeps; a step reads and writes a slice of it."""
