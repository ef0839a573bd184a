"""The graphs as a table, and one graph as a drawing."""

from app.invocation import command
from app.output import note
from app.rows import Rows
from baton.registry import Entry, load

START = "__start__"
HANDLER = "__default_error_handler__"  # of every graph, and no step of its work


def show_graphs(known: list[Entry]) -> None:
    """Print names and what they do."""
    rows = Rows("graph", "what it does", wide="what it does")
    for each in known:
        rows.add(each.name, each.description or each.path)
    rows.show()
    if known:
        note(f"draw one: {command('graph', known[0].name)}")


def drawing(name: str, *, mermaid: bool) -> str:
    """The graph as text.

    Raises:
        UnknownGraph: there is none of that name.
    """
    drawn = load(name).get_graph()
    drawn.nodes.pop(HANDLER, None)
    drawn.edges[:] = [edge for edge in drawn.edges if HANDLER not in (edge.source, edge.target)]
    if mermaid:
        return drawn.draw_mermaid()
    try:
        return drawn.draw_ascii()
    except Exception:  # noqa: BLE001 - the layout gives up, in various ways, on graphs whose edges cross
        return listed([(edge.source, edge.target) for edge in drawn.edges])


def listed(edges: list[tuple[str, str]]) -> str:
    """The edges as lines, a step before those that it leads to where the graph has no loop."""
    order = [START]
    for step in order:
        order += [target for source, target in edges if source == step and target not in order]
    width = max(map(len, order))
    followers = {step: [target for source, target in edges if source == step] for step in order}
    return "\n".join(f"{step:<{width}} -> {' | '.join(after)}" for step, after in followers.items() if after)
