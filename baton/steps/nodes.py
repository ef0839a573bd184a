"""The name of a node, and the function behind it."""

from functools import partial
from typing import Any

from langchain_core.runnables import Runnable


def node_name(node: Any) -> str:
    """The name of a function, of the class of a callable object, or of the function in a partial."""
    if isinstance(node, Runnable):
        return node.get_name()
    function = node.func if isinstance(node, partial) else node
    return str(getattr(function, "__name__", type(function).__name__))


def function_of(node: Any) -> Any:
    """The function behind a callable object or a partial; it has the annotations."""
    function = node.func if isinstance(node, partial) else node
    return function if hasattr(function, "__name__") else type(function).__call__
