"""What is known of a graph from outside: its fingerprint, and its input, context and output as JSON."""

import hashlib
import json
from typing import Any, get_type_hints

from pydantic_core import to_json

from baton import _langgraph as framework
from baton.errors import Fatal, ShapeError, UsageError
from baton.redact import redact_json
from baton.steps.codec import codec, input_codec
from baton.steps.same import is_json
from baton.steps.shapes import context_of
from baton.steps.typed_graph import TypedGraph

Graph = TypedGraph[Any, Any, Any, Any]


def fingerprint(graph: Graph) -> str:
    """What a paused run relies on: the nodes, edges and state names of the graph and of the graphs inside it."""
    return hashlib.sha256(json.dumps(framework.outline(graph.builder)).encode()).hexdigest()[:16]


def input_keys(graph: Graph) -> tuple[str, ...]:
    """The names of what the graph takes."""
    return tuple(get_type_hints(graph.builder.input_schema))


def checked_input(graph: Graph, given: dict[str, Any]) -> str:
    """The input as JSON text.

    Raises:
        UsageError: it does not fit what the graph takes.
    """
    try:
        shape = input_codec(graph.builder)
        stored = shape.take(given, graph.name)
        for name in stored.keys() - shape.messages:
            if not is_json(stored[name]):
                told = f"{name} is a {type(stored[name]).__name__}, and what waits for its turn is kept as JSON"
                raise UsageError(f"{graph.name}: {told}: give it in a form of JSON's own, or declare its type")
        return shape.text(stored, graph.name)
    except ShapeError as error:
        raise UsageError(str(error)) from error


def checked_context(graph: Graph, given: dict[str, Any]) -> dict[str, Any]:
    """The context with its defaults, as plain JSON.

    Raises:
        UsageError: a key is unknown, a value does not fit, or holds a secret: the run's row keeps it as it is.
    """
    shape = graph.builder.context_schema
    if shape is None:
        return {}
    made = context_of(shape, given, graph.name, "--set")
    try:
        plain: dict[str, Any] = json.loads(to_json(made))
    except ValueError as error:
        raise UsageError(f"--set: {error}") from error
    if held := [name for name, value in plain.items() if redact_json(text := json.dumps(value)) != text]:
        raise UsageError(f"--set: {', '.join(held)} holds a secret, and a run keeps its context; use the environment")
    return plain


def output_text(graph: Graph, result: dict[str, Any]) -> str | None:
    """The output as JSON text; None where the run ended without one, as a parked run does."""
    try:
        return codec(graph.builder.output_schema).text(result, graph.name)
    except Fatal:
        return None
