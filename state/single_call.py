"""The state of `single_call`."""

from typing import Literal

from baton.records import Record
from state.desk import (
    Confidence,
    Inquiry,
    ReadUpdate,
    Reply,
    ResolutionFields,
)


class SingleAnswer(Record):
    """Everything at once: where the message belongs, what to reply, and on what grounds."""

    outcome: Literal["answered", "escalated"]
    route: str
    confidence: Confidence
    reply: Reply
    citations: list[str]
    reason: str


class State(Inquiry, ReadUpdate, ResolutionFields, total=False):
    """The whole state of `single_call`."""
