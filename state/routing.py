"""The state of `routing`: its parts are all in `state/desk.py`."""

from desk.records import Review
from state.desk import (
    AnswerCheck,
    Draft,
    Inquiry,
    ReadUpdate,
    ResolutionUpdate,
    RouteUpdate,
)


class State(Inquiry, ReadUpdate, RouteUpdate, ResolutionUpdate, total=False):
    """The whole state of `routing`; each step reads and writes a part of it."""

    passages: list[str]
    draft: Draft
    review: Review
    answer: AnswerCheck
