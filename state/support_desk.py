"""The state of `support_desk`, and of `settling`: the part of it that sees one action through."""

import operator
from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.approvals import Decision
from desk.records import Finding, Review, Verdict
from state.desk import (
    ActionTaken,
    Confidence,
    Draft,
    DraftUpdate,
    Inquiry,
    Resolution,
    ResolutionUpdate,
    RetrieveUpdate,
    ReviewUpdate,
    RoutedInput,
    RouteUpdate,
)
from state.evaluator_optimizer import Evaluation, Mark
from state.sectioning import SectionResult

Path = Literal["retrieve", "chain", "sections", "investigate", "vote"]
"""The step that a message goes on to after triage; the first is the short path."""


class TriageUpdate(TypedDict):
    """What triage writes."""

    path: Path


class PassOnInput(TypedDict):
    """The resolution of a path that ended with a person."""

    ended: Resolution


class PathUpdate(TypedDict):
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


class PartsFields(TypedDict):
    """What the desk would send, one draft for each request; each proposes at most one action."""

    parts: list[Draft]


class GatherUpdate(PartsFields):
    """What gathering writes; no draft is the best one any more, for what is wrong with a part is wrong with it."""

    best: None


class CheckUpdate(TypedDict):
    """What the review's checks find, each its own, in no order."""

    faults: Annotated[list[str], operator.add]


class CheckInput(RoutedInput, PartsFields):
    """A message with what the desk would send; `findings` are what an investigation saw besides the policies."""

    passages: NotRequired[list[str]]
    findings: NotRequired[list[Finding]]


class GatherInput(TypedDict):
    """What a path leaves: sections, or one draft."""

    sections: NotRequired[list[SectionResult]]
    draft: NotRequired[Draft]


class JudgeInput(CheckInput, CheckUpdate):
    """The same with what is wrong with it."""


class OnwardInput(JudgeInput, ReviewUpdate):
    """The same with the judgement."""


class SettlingInput(RoutedInput, DraftUpdate):
    """One part with an action that is to be seen through; `position` is its place among the parts."""

    position: int


class ActInput(SettlingInput, ReviewUpdate):
    """An action with the verdict on it."""


class AskPersonUpdate(DraftUpdate, ReviewUpdate):
    """What asking a person writes: the draft with the arguments as decided, and how to go on."""

    decision: Decision
    asked: int


class AskPersonInput(ActInput):
    """A checked draft whose action waits for a person; `asked` counts the decisions so far."""

    asked: NotRequired[int]


class ActUpdate(TypedDict):
    """What acting writes; `review` says "decline" where it was refused after all."""

    actions: list[ActionTaken]
    review: Review


class SettleInput(ActInput):
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


class SettleUpdate(TypedDict):
    """What settling writes."""

    settled: Annotated[list[Settlement], operator.add]


class SettlingState(SettlingInput, ReviewUpdate, SettleUpdate, total=False):
    """All that `settling` keeps."""

    actions: list[ActionTaken]
    decision: Decision
    asked: int


class ConcludeInput(CheckInput):
    """All that a resolution is made of."""

    settled: NotRequired[list[Settlement]]


class State(
    Inquiry,
    RouteUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    TriageUpdate,
    PassOnInput,
    PartsFields,
    CheckUpdate,
    SettleUpdate,
    total=False,
):
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
