"""Finds the records that a step asks a model for, and refuses one that strict mode refuses.

A step names its record where it calls `ask`; a record that is made there at run time is looked at when it is asked for.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from pydantic import BaseModel

from baton.errors import UsageError
from baton.models.strictness import strict_fault

ASK = ("baton.models.asking", "ask")


def refuse_loose_records(step: str, function: Any) -> None:
    """Check the records that a step asks for.

    Raises:
        UsageError: strict mode refuses one; the message names the field.
    """
    for record in set(_records_of(inspect.unwrap(function), set())):
        if fault := strict_fault(record):
            raise UsageError(f"{step} asks a model for {record.__name__}, which strict mode refuses: {fault}")


def _records_of(function: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    """The records in the calls of `ask`, in a function and in those of its module that it uses."""
    if not isinstance(function, FunctionType) or function in seen:
        return
    seen.add(function)
    names = _names(function)
    for call in _calls(function):
        if _is_ask(_value(call.func, names)):
            shapes = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "shape")]
            values = [_value(each, names) for each in shapes]
            yield from (each for each in values if isinstance(each, type) and issubclass(each, BaseModel))
    for name in function.__code__.co_names:
        if getattr(names.get(name), "__module__", None) == function.__module__:
            yield from _records_of(names[name], seen)


def _calls(function: FunctionType) -> Iterator[ast.Call]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):  # made at run time: its source is nowhere
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _names(function: FunctionType) -> dict[str, Any]:
    """The values of the names that a function can use."""
    return {**function.__globals__, **inspect.getclosurevars(function).nonlocals}


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """The value of a name, or of a name in a module; None where it is something else."""
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, names)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) else None
    return names.get(node.id) if isinstance(node, ast.Name) else None


def _is_ask(value: Any) -> bool:
    return (getattr(value, "__module__", None), getattr(value, "__name__", None)) == ASK
