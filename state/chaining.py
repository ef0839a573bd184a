"""The state of `chaining`."""

from datetime import date
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.gates import GateReport
from desk.records import Amount
from state.desk import Drafting, Evidence, Guess, Informed, Inquiry, Reply, Resolution, Routed


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


class Extracting(Routed):
    """A routed inquiry; `complaint` is what the gate said about the last attempt."""

    complaint: NotRequired[str | None]


class Extracted(Extracting):
    """An inquiry with the facts found in it."""

    facts: list[Fact]


class Normalised(Extracted):
    """An inquiry with its case."""

    case: Case


class Grounded(Normalised, Informed):
    """A case with the policies that bear on it."""


class Summarised(Grounded, Drafting):
    """A case with its summary and a drafted reply."""

    summary: str
    facts_used: list[int]


class FactsFound(TypedDict):
    """What extracting writes."""

    facts: list[Fact]


class CaseMade(TypedDict):
    """What normalising writes."""

    case: Case


class Summary(Drafting):
    """What summarising writes."""

    summary: str
    facts_used: list[int]


class State(Inquiry, Guess, Resolution, Evidence, FactsFound, CaseMade, Summary, GateReport, total=False):
    """All that `chaining` keeps; a step reads and writes a slice of it."""
