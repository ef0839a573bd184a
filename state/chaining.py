"""The state of `chaining`: its records, the input and update of each step, and the whole."""

from datetime import date
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.gates import GateReport
from desk.bounds import Few, Id, Many, Paragraph, Quote, Sentence
from desk.records import Amount
from state.desk import (
    AnswerUpdate,
    BoundedReply,
    DraftInput,
    DraftUpdate,
    Inquiry,
    ReadUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
)


class Fact(Record):
    """Something the message says, in its own words; `quote` stands in the message letter for letter."""

    kind: Literal["amount", "date", "name", "reference", "request"]
    quote: Quote


class Facts(Record):
    """What a message says; card numbers in it are masked before anyone reads it."""

    facts: Many[Fact]


class Case(Record):
    """A message as a clerk would file it: amounts as decimals ("24.90"), dates in ISO form.

    `names` are those of shops, companies and people; `references` tell the customer's things apart: ids, or the last
    digits of a card.
    """

    request: Quote
    amounts: Many[Amount]
    dates: Many[date]
    names: Many[Sentence]
    references: Many[Sentence]


class CaseReply(Record):
    """A summary for the file and a reply for the customer; `facts_used` are positions in the list of facts."""

    summary: Paragraph
    reply: BoundedReply
    citations: Few[Id]
    facts_used: Many[Annotated[int, Field(ge=0)]]


class ExtractInput(RoutedInput):
    """Read by `extract`: a routed inquiry; `complaint` is the fault that the gate found in the last attempt."""

    complaint: NotRequired[str | None]


class NormaliseInput(ExtractInput):
    """Read by `normalise`: an inquiry with its facts."""

    facts: list[Fact]


class GateFactsInput(NormaliseInput):
    """Read by `gate_facts`: the same; `repaired` names the gates that have sent a result back."""

    repaired: NotRequired[list[str]]


class GateCaseInput(GateFactsInput):
    """Read by `gate_case`: the same with the case."""

    case: Case


class SummariseInput(NormaliseInput, DraftInput):
    """Read by `summarise`: the facts, the case, and the passages that bear on it."""

    case: Case


class GateReplyInput(SummariseInput, DraftUpdate):
    """Read by `gate_reply`: the same with summary and reply."""

    summary: str
    facts_used: list[int]
    repaired: NotRequired[list[str]]


class ExtractUpdate(TypedDict):
    """Written by `extract`."""

    facts: list[Fact]


class NormaliseUpdate(TypedDict):
    """Written by `normalise`."""

    case: Case


class SummariseUpdate(DraftUpdate):
    """Written by `summarise`: its reply stands in the draft."""

    summary: str
    facts_used: list[int]


class State(
    Inquiry,
    ReadUpdate,
    AnswerUpdate,
    RouteUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    ExtractUpdate,
    NormaliseUpdate,
    SummariseUpdate,
    GateReport,
    total=False,
):
    """The whole state of `chaining`; each step reads and writes a part of it."""
