"""The state of `support_desk`, and of `settling`, the part of it that carries one action out."""

import operator
from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.approvals import Decision
from desk.bounds import Sentence
from desk.records import Finding, Review, Verdict
from state.desk import (
    ActionTaken,
    AnswerUpdate,
    Confidence,
    Draft,
    DraftUpdate,
    Inquiry,
    ReadUpdate,
    ResolutionFields,
    ResolutionUpdate,
    RetrieveUpdate,
    ReviewUpdate,
    RoutedInput,
    RouteUpdate,
)
from state.evaluator_optimizer import Evaluation, Mark
from state.sectioning import Left, SectionResult

Path = Literal["retrieve", "chain", "investigate", "vote"]
"""The step after triage; the first is the short path."""


Answer = Literal["yes", "no", "unsure"]


class FoundUpdate(TypedDict):
    """Written by `find_requests`: whether the message asks for several things."""

    several: bool


class TriageUpdate(TypedDict):
    """Written by `triage`."""

    path: Path


class PassOnInput(TypedDict):
    """Read by `pass_on`: the resolution of a path that left the message to a person."""

    ended: ResolutionFields


class PathUpdate(TypedDict):
    """Written by a path: the values that the desk goes on with, or `ended` alone, a resolution that needs a person.

    It writes none of the keys of the desk's own resolution, which are the last step's.
    """

    route: NotRequired[str]
    confidence: NotRequired[Confidence]
    draft: NotRequired[Draft]
    sections: NotRequired[list[SectionResult]]
    left: NotRequired[list[Left]]
    passages: NotRequired[list[str]]
    findings: NotRequired[list[Finding]]
    ended: NotRequired[ResolutionFields]


class PartsFields(TypedDict):
    """The drafts that the desk would send, each with at most one action, and the requests that they answer."""

    parts: list[Draft]
    asked: list[str]


class GatherUpdate(PartsFields):
    """Written by `gather`; `best` is cleared, for a fault of a part is a fault of the best draft too."""

    best: None
    left: list[Left]


class CheckUpdate(TypedDict):
    """Written by each check of the review; its faults are added in any order."""

    faults: Annotated[list[str], operator.add]


class CheckInput(RoutedInput, PartsFields):
    """Read by the checks of the review; `findings` are those of an investigation."""

    passages: NotRequired[list[str]]
    findings: NotRequired[list[Finding]]


class GatherInput(TypedDict):
    """Read by `gather`: the result of a path, sections or one draft."""

    customer_id: str | None
    request: str
    sections: NotRequired[list[SectionResult]]
    left: NotRequired[list[Left]]
    draft: NotRequired[Draft]


class JudgeInput(CheckInput, CheckUpdate, AnswerUpdate):
    """Read by `judge`: the parts with their faults, and the requests that are left to a person."""

    left: list[Left]


class JudgeUpdate(ReviewUpdate):
    """Written by `judge`; `best` is a draft that has no fault but that it leaves something open."""

    best: Draft | None
    left: list[Left]


class OnwardInput(JudgeInput, ReviewUpdate, ReadUpdate):
    """Read by the router after `judge`."""


class SettlingInput(RoutedInput, DraftUpdate):
    """The input of `settling`: one part with an action; `position` is its index among the parts.

    `said` is its request with what the customer said in passing, `whole` all that they wrote, of which this is a part.
    """

    position: int
    said: str
    whole: str


class CheckActionUpdate(ReviewUpdate):
    """Written by `check_action`: the review, and in sentences what the action costs, cancels or makes final."""

    consequences: str | None


class Confirmation(Record):
    """A second model's reading of a message: whether it asks for the action, and for no less and no other.

    `reason` says in a sentence what is not "yes".
    """

    asked: Answer
    this_thing: Answer
    now: Answer
    whole: Answer
    reason: Sentence


class ActInput(SettlingInput, CheckActionUpdate):
    """Read by `act`: an action with its review."""


class ConfirmWishInput(ActInput):
    """Read by `confirm_wish`: an action that code allows, with what it costs."""


class AskPersonUpdate(DraftUpdate, CheckActionUpdate):
    """Written by `ask_person`: the decision, the draft with the arguments as decided, and the review."""

    decision: Decision
    asked: int


class AskPersonInput(ActInput):
    """Read by `ask_person`: an action that needs a person; `asked` counts the decisions so far."""

    asked: NotRequired[int]


class ActUpdate(TypedDict):
    """Written by `act`; `review` says "decline" where a rule forbids the action by now."""

    actions: list[ActionTaken]
    review: Review


class SettleInput(ActInput):
    """Read by `settle`: an action with the decision on it, and with its receipt if it was done."""

    decision: NotRequired[Decision]
    actions: NotRequired[list[ActionTaken]]


class Settlement(Record):
    """The end of one action: its verdict, and the customer's text on it."""

    position: int
    verdict: Verdict
    reply: str
    action: ActionTaken
    reason: str


class SettleUpdate(TypedDict):
    """Written by `settle`: a list of one."""

    settled: Annotated[list[Settlement], operator.add]


class SettlingState(SettlingInput, CheckActionUpdate, SettleUpdate, total=False):
    """The whole state of `settling`."""

    actions: list[ActionTaken]
    decision: Decision
    asked: int


class ConcludeInput(CheckInput):
    """Read by `conclude`: the parts and their settlements, and the requests that are left to a person."""

    left: NotRequired[list[Left]]
    settled: NotRequired[list[Settlement]]


class State(
    Inquiry,
    ReadUpdate,
    RouteUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    FoundUpdate,
    TriageUpdate,
    PassOnInput,
    PartsFields,
    CheckUpdate,
    AnswerUpdate,
    SettleUpdate,
    total=False,
):
    """The whole state of `support_desk`; each step reads and writes a part of it."""

    sections: list[SectionResult]
    left: list[Left]
    findings: list[Finding]
    draft: Draft
    evaluation: Evaluation
    best: Draft | None
    met: int
    unmet: list[Mark]
    revised: int
    review: Review
    finding: str
