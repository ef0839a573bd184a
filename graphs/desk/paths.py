"""The desk's longer paths: other patterns as steps, what each of them leaves, and when the desk goes on after it.

Page: docs/patterns/support_desk.md
"""

from collections.abc import Hashable
from typing import Any, Literal, cast

from langgraph.graph import END

from baton.steps.typed_graph import TypedGraph
from graphs import chaining, orchestrator_worker, sectioning, voting
from nodes.support_desk.pass_on import pass_on
from state.desk import ResolutionFields, ResolutionUpdate
from state.support_desk import PathUpdate


def result(state: PathUpdate) -> Literal["on", "stop"]:
    """A path that ended with a person ends the desk's work too."""
    return "stop" if "ended" in state else "on"


class Path(TypedGraph[Any, Any, Any, Any]):
    """A pattern as a step of the desk: what it says to whoever asked it is not yet what the desk says."""

    async def ainvoke(self, *args: Any, **options: Any) -> PathUpdate:  # type: ignore[override]  # called one way
        """Work the pattern and return what it leaves."""
        return path_update(await super().ainvoke(*args, **options))


def path_update(output: dict[str, Any]) -> PathUpdate:
    """What the desk goes on with; of a pattern that ended with a person its resolution, under a name of its own."""
    resolution = cast("ResolutionFields", {name: output[name] for name in ResolutionFields.__annotations__})
    if not output["has_result"]:
        return {"ended": resolution}
    return cast("PathUpdate", {name: output[name] for name in PathUpdate.__annotations__ if name in output})


def path(graph: Any, *channels: str) -> Path:
    """A graph as a path; beside its resolution the desk sees the channels that are named."""
    return Path(**{**vars(graph), "output_channels": [*ResolutionUpdate.__annotations__, *channels]})


chain = path(chaining.graph, "draft")
sections = path(sectioning.graph, "sections", "left")
vote = path(voting.graph, "draft")
investigation = path(orchestrator_worker.graph, "draft", "passages", "findings")
PATHS: dict[str, Path] = {"chain": chain, "sections": sections, "vote": vote, "investigate": investigation}
AFTER = {"investigate": "evaluate"}


def add_paths(builder: Any) -> None:
    """Add the longer paths and what follows each of them: the review or, where it ended with a person, `pass_on`."""
    for name, graph in PATHS.items():
        onward: dict[Hashable, str] = {"on": AFTER.get(name, "gather"), "stop": "pass_on"}
        builder.add_node(name, graph).add_conditional_edges(name, result, onward)
    builder.add_node(pass_on).add_edge("pass_on", END)
