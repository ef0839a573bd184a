"""The state of `routing`."""

from state.desk import Draft, Inquiry, ResolutionUpdate, RouteUpdate


class State(Inquiry, RouteUpdate, ResolutionUpdate, total=False):
    """All that `routing` keeps; a step reads and writes a slice of it."""

    passages: list[str]
    draft: Draft
