"""A graph from outside: its fingerprint, and its input and context as JSON."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any, get_type_hints

from pydantic import PydanticUserError, SecretBytes, SecretStr, TypeAdapter
from pydantic_core import to_json
from typing_extensions import is_typeddict

from baton import _langgraph as framework
from baton.errors import ShapeError, UsageError
from baton.redact import redact_json
from baton.steps.codec import input_codec
from baton.steps.same import is_json
from baton.steps.shapes import context_of, fields_of, typed_dict
from baton.steps.typed_graph import TypedGraph

Graph = TypedGraph[Any, Any, Any, Any]


def fingerprint(graph: Graph) -> str:
    """Return a hash of what a paused run relies on: nodes, edges and state names, also of the graphs inside."""
    return hashlib.sha256(json.dumps(framework.outline(graph.builder)).encode()).hexdigest()[:16]


def step_paths(graph: Graph) -> set[str]:
    """Return the paths of all steps as `show` names them, those of graphs inside with the step they are in front."""
    return set(_step_paths(framework.outline(graph.builder)))


def _step_paths(outline: list[Any]) -> Iterator[str]:
    for name, inside in outline[0]:
        yield name
        yield from (f"{name}/{path}" for path in (_step_paths(inside) if inside else ()))


def input_keys(graph: Graph) -> tuple[str, ...]:
    """Return the names of the graph's input keys."""
    return tuple(get_type_hints(graph.builder.input_schema))


def encode_input(graph: Graph, given: dict[str, Any]) -> str:
    """Check an input against the graph's schema and return it as JSON text.

    Raises:
        UsageError: it does not fit.
    """
    try:
        shape = input_codec(graph.builder)
        stored = shape.take(given, graph.name)
        for name in stored.keys() - shape.messages:
            if not is_json(stored[name]):
                reason = f"{name} is a {type(stored[name]).__name__}, and what waits for its turn is kept as JSON"
                raise UsageError(f"{graph.name}: {reason}: give it in a form of JSON's own, or declare its type")
        return shape.text(stored, graph.name)
    except ShapeError as error:
        raise UsageError(str(error)) from error


def resolve_context(graph: Graph, given: dict[str, Any]) -> dict[str, Any]:
    """Check a context against the graph's schema and return it with its defaults, as plain JSON.

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
    given_as = fields_of(made)
    if secret := [name for name, value in plain.items() if _is_secret(given_as.get(name), json.dumps(value))]:
        raise UsageError(f"--set: {', '.join(secret)} holds a secret, and a run keeps its context; use the environment")
    return plain


def _is_secret(value: Any, text: str) -> bool:
    """Whether a value of a context, or its JSON text, holds a secret; a declared one is written as stars."""
    return (isinstance(value, SecretStr | SecretBytes) and bool(value)) or redact_json(text) != text


def read_context(graph: Graph, text: str) -> Any:
    """Read the context that a run keeps, in the types that the graph's schema declares, as a bare call has them.

    What does not fit them is returned as plain JSON: a bare call does not check the fields of a dataclass either.
    """
    schema: Any = graph.builder.context_schema
    if schema is not None:
        with suppress(ValueError, NameError, PydanticUserError):  # it does not fit, or pydantic cannot read the schema
            return _context_reader(schema).validate_json(text, by_alias=True, by_name=True)
    return json.loads(text)


@cache
def _context_reader(schema: Any) -> TypeAdapter[Any]:
    return TypeAdapter(typed_dict(schema, partial=True, exact=False) if is_typeddict(schema) else schema)
