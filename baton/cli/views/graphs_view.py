"""The graphs as a table, and one graph as a drawing."""

from typing import TYPE_CHECKING, Any

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import console, note
from baton.cli.terminal.rows import Rows
from baton.config.project import GRAPHS, root
from baton.runs.registry import Entry, load

if TYPE_CHECKING:
    from langchain_core.runnables.graph import Graph
    from langgraph.graph import StateGraph

START = "__start__"


def show_graphs(known: list[Entry]) -> None:
    """Print names and what they do."""
    if not known:
        note(f"no graphs in {root() / GRAPHS}")
        return
    rows = Rows("graph", "what it does", wide="what it does")
    for each in known:
        rows.add(each.name, each.description or each.path)
    rows.show()
    note(f"draw one: {command('graph', known[0].name)}")


def drawing(name: str, *, mermaid: bool) -> str:
    """The graph as text: drawn, or as a list of its edges where no drawing fits the terminal.

    Raises:
        UnknownGraph: there is none of that name.
    """
    from baton._langgraph import is_handler

    graph = load(name)
    drawn = graph.get_graph()
    for handler in [step for step in drawn.nodes if is_handler(step)]:
        del drawn.nodes[handler]
    _correct(drawn, graph.builder)
    if mermaid:
        return drawn.draw_mermaid()
    edges = listed([(edge.source, edge.target) for edge in drawn.edges])
    try:
        lines = [line.rstrip() for line in drawn.draw_ascii().splitlines()]
    except Exception:  # noqa: BLE001 - the layout gives up, in various ways, on graphs whose edges cross
        return edges
    fits = not console().is_terminal or max(map(len, lines)) <= console().width
    return "\n".join(lines) if fits else edges


def _correct(drawn: "Graph", builder: "StateGraph[Any, Any, Any, Any]") -> None:
    """Draw the edges that were declared: the framework guesses those around a deferred step, and misses some."""
    from baton._langgraph import declared_edges

    declared, free = declared_edges(builder)
    drawn.edges[:] = [each for each in drawn.edges if each[:2] in declared or each.source in free]
    missing = [each for each in declared if each not in {edge[:2] for edge in drawn.edges}]
    for source, end in missing:
        drawn.add_edge(drawn.nodes[source], drawn.nodes[end], conditional=declared[source, end])


def listed(edges: list[tuple[str, str]]) -> str:
    """The edges as lines, a step before those that it leads to where the graph has no loop."""
    order = [START]
    for step in order:
        order += [target for source, target in edges if source == step and target not in order]
    width = max(map(len, order))
    followers = {step: [target for source, target in edges if source == step] for step in order}
    return "\n".join(f"{step:<{width}} -> {' | '.join(after)}" for step, after in followers.items() if after)
