"""The state of `routing`."""

from state.desk import Draft, Inquiry, Resolution, RouteUpdate


class State(Inquiry, RouteUpdate, Resolution, total=False):
    """All that `routing` keeps; a step reads and writes a slice of it."""

    passages: list[str]
    draft: Draft
