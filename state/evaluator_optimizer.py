"""The state of `evaluator_optimizer`."""

from typing import NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from desk.records import Review
from state.desk import Draft, DraftedInput, DraftUpdate, Inquiry, ResolutionUpdate, RetrieveUpdate, RouteUpdate


class Mark(Record):
    """Whether one criterion is met, and why."""

    number: int
    met: bool
    reason: str


class Evaluation(Record):
    """A judge's marks, one for each criterion."""

    marks: list[Mark]


class LoopFields(TypedDict, total=False):
    """Where the loop stands: `best` is the draft kept, `met` how many criteria it meets, `unmet` the marks it lacks."""

    best: Draft
    met: int
    unmet: list[Mark]
    revised: int


class EvaluateInput(DraftedInput, LoopFields):
    """A draft to be judged, and what was the best before it."""


class EvaluateUpdate(TypedDict):
    """What evaluating writes; `review` only where the loop ends below the bar, `finding` where it passes."""

    evaluation: Evaluation
    best: Draft
    met: int
    unmet: list[Mark]
    review: NotRequired[Review]
    finding: NotRequired[str]


class ReviseInput(DraftedInput):
    """The best draft so far with what it lacks."""

    unmet: list[Mark]
    revised: NotRequired[int]


class ReviseUpdate(DraftUpdate):
    """What revising writes; `revised` counts the revisions."""

    revised: int


class State(Inquiry, RouteUpdate, ResolutionUpdate, RetrieveUpdate, DraftUpdate, LoopFields, total=False):
    """All that `evaluator_optimizer` keeps; a step reads and writes a slice of it."""

    evaluation: Evaluation
    review: Review
    finding: str
