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

START, END = "__start__", "__end__"


def show_graphs(entries: list[Entry]) -> None:
    """Print the graphs with their descriptions."""
    if not entries:
        note(f"no graphs in {root() / GRAPHS}")
        return
    rows = Rows("graph", "what it does", wide="what it does")
    for each in entries:
        rows.add(each.name, each.description or each.path)
    rows.show()
    note(f"draw one: {command('graph', entries[0].name)}")


def draw_graph(name: str, *, mermaid: bool) -> str:
    """Return the graph as a drawing, or as a list of its edges where the drawing does not fit the terminal.

    Raises:
        UnknownGraph: no graph has this name.
    """
    from baton._langgraph import is_handler

    graph = load(name)
    picture = graph.get_graph()
    for handler in [step for step in picture.nodes if is_handler(step)]:
        del picture.nodes[handler]
    _correct(picture, graph.builder)
    if mermaid:
        return picture.draw_mermaid()
    edges = list_edges([(edge.source, edge.target) for edge in picture.edges])
    try:
        lines = [line.rstrip() for line in picture.draw_ascii().splitlines()]
    except Exception:  # noqa: BLE001 - the layout gives up, in various ways, on graphs whose edges cross
        return edges
    fits = not console().is_terminal or max(map(len, lines)) <= console().width
    return "\n".join(lines) if fits else edges


def _correct(picture: "Graph", builder: "StateGraph[Any, Any, Any, Any]") -> None:
    """Replace the edges by the declared ones, in one order.

    LangGraph guesses those around a deferred step, misses some, and has some in another order with each process.
    """
    from baton._langgraph import declared_edges

    edges, free_steps = declared_edges(builder)
    picture.edges[:] = [each for each in picture.edges if each[:2] in edges or each.source in free_steps]
    missing = [each for each in edges if each not in {edge[:2] for edge in picture.edges}]
    for source, end in missing:
        picture.add_edge(picture.nodes[source], picture.nodes[end], conditional=edges[source, end])
    picture.edges.sort(key=lambda edge: (edge.target == END, edge.source, edge.target))


def list_edges(edges: list[tuple[str, str]]) -> str:
    """Return the edges as lines; a step comes before those that it leads to, but for loops."""
    order = [START]
    for step in order:
        order += [target for source, target in edges if source == step and target not in order]
    width = max(map(len, order))
    followers = {step: [target for source, target in edges if source == step] for step in order}
    return "\n".join(f"{step:<{width}} -> {' | '.join(after)}" for step, after in followers.items() if after)
