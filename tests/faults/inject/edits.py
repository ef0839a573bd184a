"""Edits of a graph's code, as a release makes them: on a copy of its builder, around the node where a run is paused."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from langgraph.channels import LastValue
from langgraph.graph import END, START
from typing_extensions import TypedDict

Edit = Callable[[Any, str], None]
"""Changes a builder in place, at or around a node."""

CONTAINERS = ("nodes", "edges", "branches", "waiting_edges", "channels", "schemas")
NEW = "newcomer"


def change(builder: Any, edit: Edit, paused: str | None) -> Any:
    """A changed copy, of a graph inside it where the paused node is one of that graph's.

    Without a paused node the edit is made at the one in the middle.
    """
    made = copy.copy(builder)
    for name in CONTAINERS:
        setattr(made, name, copy.copy(getattr(builder, name)))
    made.branches = type(builder.branches)(dict, {node: dict(named) for node, named in builder.branches.items()})
    for name, spec in made.nodes.items():
        inside = getattr(spec.runnable, "builder", None)
        if inside is not None and paused and _holds(inside, paused):
            part = compile_changed(change(inside, edit, paused), spec.runnable.name)
            made.nodes[name] = replace(spec, runnable=part.copy({"output_channels": spec.runnable.output_channels}))
            return made
    inner = [node for node in made.nodes if not node.startswith("__")]
    edit(made, paused if paused and paused in made.nodes else inner[len(inner) // 2])
    return made


def _holds(builder: Any, node: str) -> bool:
    """Whether a node is a graph's own, or of a graph inside it."""
    inside = [getattr(spec.runnable, "builder", None) for spec in builder.nodes.values()]
    return node in builder.nodes or any(_holds(each, node) for each in inside if each is not None)


def compile_changed(builder: Any, name: str) -> Any:
    """The graph of a changed builder."""
    return builder.compile(name=name)


def no_change(builder: Any, node: str) -> None:
    """A release that leaves this graph alone."""


def rename(builder: Any, node: str) -> None:
    _take_over(builder, node, f"{node}_2")
    builder.nodes[f"{node}_2"] = builder.nodes.pop(node)


def remove(builder: Any, node: str) -> None:
    """Its callers go on to where it went, the first of its ways."""
    after = next(iter(_ways(builder, node)), END)
    builder.branches.pop(node, None)
    builder.edges = {edge for edge in builder.edges if edge[0] != node}
    _take_over(builder, node, after)
    builder.nodes.pop(node)
    builder.edges = {edge for edge in builder.edges if edge[0] != after or edge[1] != after}


def insert_before(builder: Any, node: str) -> None:
    """A new step that everybody passes before the node."""
    _step(builder, NEW)
    _targets(builder, node, NEW)
    builder.edges.add((NEW, node))


def insert_after_start(builder: Any, node: str) -> None:
    """A new first step, which the paused run has behind it."""
    _step(builder, NEW)
    builder.edges = {(source if source != START else NEW, target) for source, target in builder.edges}
    builder.edges.add((START, NEW))


def later_removed(builder: Any, node: str) -> None:
    """A step that the paused run has before it."""
    later = next((each for each in _ways(builder, node) if each not in (END, node)), node)
    remove(builder, later)


def reroute(builder: Any, node: str) -> None:
    """The node's ways end the graph now."""
    builder.branches.pop(node, None)
    builder.edges = {edge for edge in builder.edges if edge[0] != node} | {(node, END)}


def key_added(builder: Any, node: str) -> None:
    builder.channels["new_key"] = LastValue(str)


def key_renamed(builder: Any, node: str) -> None:
    """A key of the state under another name; whoever reads it by the old one finds nothing."""
    name = next(each for each in ("draft", "message", "action", "agreed") if each in builder.channels)
    builder.channels[f"{name}_2"] = builder.channels.pop(name)
    builder.schemas = {
        schema: {(f"{name}_2" if key == name else key): channel for key, channel in keys.items()}
        for schema, keys in builder.schemas.items()
    }


STRUCTURE: Mapping[str, Edit] = {
    "nothing changed": no_change,
    "node renamed": rename,
    "node removed": remove,
    "node put before it": insert_before,
    "node put after the start": insert_after_start,
    "later node removed": later_removed,
    "ways changed": reroute,
    "key added": key_added,
    "key renamed": key_renamed,
}
"""What the shape of a graph shows."""


class _Any(TypedDict, total=False):
    """What the new steps read and write: nothing of interest."""

    message: str


def _step(builder: Any, name: str) -> None:
    async def step(state: _Any) -> _Any:
        return {}

    builder.add_node(name, step)


def _take_over(builder: Any, node: str, other: str) -> None:
    """`other` stands where `node` stood: its edges and its ways."""
    builder.edges = {tuple(other if end == node else end for end in edge) for edge in builder.edges}
    joins = {
        (tuple(other if source == node else source for source in sources), other if target == node else target)
        for sources, target in builder.waiting_edges
    }
    builder.waiting_edges = {(sources, target) for sources, target in joins if not {END, target} & {*sources}}
    if node in builder.branches:
        builder.branches[other] = builder.branches.pop(node)
    _targets(builder, node, other)


def _targets(builder: Any, node: str, other: str) -> None:
    """Whatever leads to `node` leads to `other`."""
    builder.edges = {(source, other if target == node else target) for source, target in builder.edges}
    for named in builder.branches.values():
        for name, branch in named.items():
            ends = {label: other if end == node else end for label, end in (branch.ends or {}).items()}
            named[name] = branch._replace(ends=ends)


def _ways(builder: Any, node: str) -> list[str]:
    plain = [target for source, target in builder.edges if source == node]
    return plain + [end for branch in builder.branches.get(node, {}).values() for end in (branch.ends or {}).values()]
