"""The state of `routing`."""

from state.desk import Draft, Guess, Inquiry, Resolution


class State(Inquiry, Guess, Resolution, total=False):
    """All that `routing` keeps; a step reads and writes a slice of it."""

    passages: list[str]
    draft: Draft
