"""The state of `evaluator_optimizer`: its records, the input and update of each step, and the whole."""

from typing import NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from desk.bounds import Many, Sentence
from desk.records import Review
from state.desk import (
    Draft,
    DraftedInput,
    DraftUpdate,
    Inquiry,
    ReadUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    RouteUpdate,
)


class Mark(Record):
    """Whether one criterion is met, and why."""

    number: int
    met: bool
    reason: Sentence


class Evaluation(Record):
    """A judge's marks, one for each criterion."""

    marks: Many[Mark]


class LoopFields(TypedDict, total=False):
    """The loop's state: the best draft, how many criteria it meets, its unmet marks, and the count of revisions."""

    best: Draft
    met: int
    unmet: list[Mark]
    revised: int


class EvaluateInput(DraftedInput, LoopFields):
    """Read by `evaluate`: a draft to judge, and the best one before it."""


class EvaluateUpdate(TypedDict):
    """Written by `evaluate`; `review` only where the loop ends below the bar, `finding` only where the draft passes."""

    evaluation: Evaluation
    best: Draft
    met: int
    unmet: list[Mark]
    review: NotRequired[Review]
    finding: NotRequired[str]


class ReviseInput(DraftedInput):
    """Read by `revise`: a draft with its unmet marks."""

    unmet: list[Mark]
    revised: NotRequired[int]


class ReviseUpdate(DraftUpdate):
    """Written by `revise`; `revised` counts the revisions."""

    revised: int


class State(Inquiry, ReadUpdate, RouteUpdate, ResolutionUpdate, RetrieveUpdate, DraftUpdate, LoopFields, total=False):
    """The whole state of `evaluator_optimizer`; each step reads and writes a part of it."""

    evaluation: Evaluation
    review: Review
    finding: str
