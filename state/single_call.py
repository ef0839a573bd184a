"""The state of `single_call`."""

from typing import Literal

from baton.records import Record
from desk.bounds import Few, Id, Sentence
from state.desk import BoundedReply, Confidence, Inquiry, ReadUpdate, ResolutionFields


class SingleAnswer(Record):
    """Everything at once: where the message belongs, what to reply, and on what grounds."""

    outcome: Literal["answered", "escalated"]
    route: Id
    confidence: Confidence
    reply: BoundedReply
    citations: Few[Id]
    reason: Sentence


class State(Inquiry, ReadUpdate, ResolutionFields, total=False):
    """The whole state of `single_call`."""
