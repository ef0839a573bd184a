"""A graph that takes no message.

START -> work -> END
"""

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import TypedStateGraph


class Question(TypedDict):
    """What goes in, and out."""

    question: str


async def work(state: Question) -> Question:
    """Give it back."""
    return state


graph = TypedStateGraph(Question).add_node(work).add_edge(START, "work").add_edge("work", END).compile(name="odd")
