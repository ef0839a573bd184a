"""The desk's longer paths: other patterns as steps, and when the desk goes on after them."""

from typing import Any, Literal

from graphs import chaining, orchestrator_worker, sectioning, voting
from state.desk import Resolution, is_settled


def result(state: Resolution) -> Literal["on", "stop"]:
    """A path that ended with a person ends the desk's work too."""
    return "on" if is_settled(state) else "stop"


def showing(graph: Any, *channels: str) -> Any:
    """A graph as a step of the desk, which sees more of it than its resolution."""
    return graph.copy({"output_channels": [*Resolution.__annotations__, *channels]})


chain = showing(chaining.graph, "draft")
sections = showing(sectioning.graph, "sections")
vote = showing(voting.graph, "draft")
investigation = showing(orchestrator_worker.graph, "draft", "passages", "findings")
