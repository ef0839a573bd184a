"""What a check says of a draft or of an action: how to go on, and why."""

from typing import Literal

from typing_extensions import TypedDict

from baton.records import Record

Verdict = Literal["answer", "decline", "act", "ask_person", "escalate"]


class Review(Record):
    """What the checks say: how to go on, and why."""

    verdict: Verdict
    reason: str


class Reviewing(TypedDict):
    """What a check writes."""

    review: Review
