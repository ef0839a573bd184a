"""The state of `routing`: its parts are all in `state/desk.py`."""

from state.desk import Draft, Inquiry, ResolutionUpdate, RouteUpdate


class State(Inquiry, RouteUpdate, ResolutionUpdate, total=False):
    """The whole state of `routing`; each step reads and writes a part of it."""

    passages: list[str]
    draft: Draft
