"""The state of `routing`."""

from state.desk import Draft, Inquiry, Resolution


class State(Inquiry, Resolution, total=False):
    """All that `routing` keeps; a step reads and writes a slice of it."""

    passages: list[str]
    draft: Draft
