"""The state of `support_desk`."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from baton.approvals import Decision
from baton.records import Record
from state.desk import ActionTaken, Drafted, Drafting, Evidence, Inquiry, Resolution

Verdict = Literal["answer", "decline", "act", "ask_person", "escalate"]


class Review(Record):
    """What the checks say: how to go on, and why."""

    verdict: Verdict
    reason: str


class Reviewing(TypedDict):
    """What the checks write."""

    review: Review


class Checked(Drafted, Reviewing):
    """A draft with the checks' verdict."""


class Deciding(Drafting, Reviewing):
    """What asking a person writes: the draft with the arguments as decided, and how to go on."""

    decision: Decision
    asked: int


class Asked(Checked):
    """A checked draft whose action waits for a person; `asked` counts the decisions so far."""

    asked: NotRequired[int]


class Acting(TypedDict):
    """What acting writes; `review` says "decline" where the bank refused after all."""

    actions: list[ActionTaken]
    review: Review


class Settled(Drafted):
    """All that a reply is made of: a draft, and what came of its action."""

    review: NotRequired[Review]
    decision: NotRequired[Decision]
    actions: NotRequired[list[ActionTaken]]


class State(Inquiry, Resolution, Evidence, Drafting, Reviewing, total=False):
    """All that the desk keeps; a step reads and writes a slice of it."""

    decision: Decision
    asked: int
