"""A graph without an error handler: what its step raises fails the run."""

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import TypedStateGraph


class Inquiry(TypedDict):
    """What goes in."""

    message: str
    customer_id: str | None


class State(Inquiry, total=False):
    """What comes out."""

    reply: str


async def work(state: Inquiry) -> State:
    """Fail."""
    raise OSError(f"no {state['message']} here")


graph = TypedStateGraph(State).add_node(work).add_edge(START, "work").add_edge("work", END).compile(name="bare")
