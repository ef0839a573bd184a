"""The bounds of what a model writes.

A weak model that is held to a schema never ends a string or a list that has no bound: its answer is cut, and lost. Each
bound is more than a good answer needs; where an endpoint does not hold its model to one, a longer answer is a bad one.
"""

from typing import Annotated, TypeVar

from pydantic import Field, WithJsonSchema

LONGEST_REPLY = 2_000  # characters
LONGEST_ID = 64

Id = Annotated[str, Field(max_length=LONGEST_ID)]
"""The name of a route, a policy, a sub-task or a worker."""
Sentence = Annotated[str, Field(max_length=500)]
"""A reason, a question or a search."""
Quote = Annotated[str, Field(max_length=4_000)]
"""Words of the message."""
Paragraph = Annotated[str, Field(max_length=1_000)]
"""A summary."""

T = TypeVar("T")
Few = Annotated[list[T], Field(max_length=20)]
"""What one answer rests on: policies, needs, references."""
Many = Annotated[list[T], Field(json_schema_extra={"maxItems": 60})]
"""What a whole message comes to: facts, requests, sub-tasks. A longer one is no bad answer, for gates count them."""


def bounded_text(most: int) -> WithJsonSchema:
    """The schema of a text that has a check of its own; `most` are the characters that the check takes."""
    return WithJsonSchema({"type": "string", "maxLength": most})
