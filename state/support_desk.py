"""The state of `support_desk`, and of `settling`: the part of it that sees one action through."""

import operator
from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.approvals import Decision
from desk.records import Finding, Review, Verdict
from state.desk import ActionTaken, Confidence, Draft, Drafting, Evidence, Guess, Inquiry, Resolution, Reviewing, Routed
from state.evaluator_optimizer import Evaluation, Mark
from state.sectioning import SectionResult

Path = Literal["retrieve", "chain", "sections", "investigate", "vote"]
"""The step that a message goes on to after triage; the first is the short path."""


class Triage(TypedDict):
    """What triage writes."""

    path: Path


class Ending(TypedDict):
    """The resolution of a path that ended with a person."""

    ended: Resolution


class Left(TypedDict):
    """What a path leaves: what the desk goes on with, or `ended` alone, the resolution of one that ended with a person.

    Nothing of it stands under a name of the desk's own resolution, which its last step alone writes.
    """

    route: NotRequired[str]
    confidence: NotRequired[Confidence]
    draft: NotRequired[Draft]
    sections: NotRequired[list[SectionResult]]
    passages: NotRequired[list[str]]
    findings: NotRequired[list[Finding]]
    ended: NotRequired[Resolution]


class Parts(TypedDict):
    """What the desk would send, one draft for each request; each proposes at most one action."""

    parts: list[Draft]


class Gathering(Parts):
    """What gathering writes; no draft is the best one any more, for what is wrong with a part is wrong with it."""

    best: None


class Faults(TypedDict):
    """What the review's checks find, each its own, in no order."""

    faults: Annotated[list[str], operator.add]


class Gathered(Routed, Parts):
    """A message with what the desk would send; `findings` are what an investigation saw besides the policies."""

    passages: NotRequired[list[str]]
    findings: NotRequired[list[Finding]]


class Answered(TypedDict):
    """What a path leaves: sections, or one draft."""

    sections: NotRequired[list[SectionResult]]
    draft: NotRequired[Draft]


class Reviewed(Gathered, Faults):
    """The same with what is wrong with it."""


class Judged(Reviewed, Reviewing):
    """The same with the judgement."""


class Settling(Routed, Drafting):
    """One part with an action that is to be seen through; `position` is its place among the parts."""

    position: int


class Checked(Settling, Reviewing):
    """An action with the verdict on it."""


class Deciding(Drafting, Reviewing):
    """What asking a person writes: the draft with the arguments as decided, and how to go on."""

    decision: Decision
    asked: int


class Asked(Checked):
    """A checked draft whose action waits for a person; `asked` counts the decisions so far."""

    asked: NotRequired[int]


class Acting(TypedDict):
    """What acting writes; `review` says "decline" where it was refused after all."""

    actions: list[ActionTaken]
    review: Review


class SeenThrough(Checked):
    """An action with what came of it."""

    decision: NotRequired[Decision]
    actions: NotRequired[list[ActionTaken]]


class Settlement(Record):
    """What came of one action, and what the customer reads of it."""

    position: int
    verdict: Verdict
    reply: str
    action: ActionTaken
    reason: str


class Settlements(TypedDict):
    """What settling writes."""

    settled: Annotated[list[Settlement], operator.add]


class SettlingState(Settling, Reviewing, Settlements, total=False):
    """All that `settling` keeps."""

    actions: list[ActionTaken]
    decision: Decision
    asked: int


class Concluding(Gathered):
    """All that a resolution is made of."""

    settled: NotRequired[list[Settlement]]


class State(Inquiry, Guess, Resolution, Evidence, Triage, Ending, Parts, Faults, Settlements, total=False):
    """All that the desk keeps; a step reads and writes a slice of it."""

    sections: list[SectionResult]
    findings: list[Finding]
    draft: Draft
    evaluation: Evaluation
    best: Draft | None
    met: int
    unmet: list[Mark]
    revised: int
    review: Review
    finding: str
