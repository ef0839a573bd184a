"""What a step reads and writes, by its annotations."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter


class ShapeFault(ValueError):
    """Raised when a step wrote keys that its return type does not have."""


@cache
def reads(step: Any) -> TypeAdapter[Any]:
    """Return the validator of the step's first parameter; it takes the declared keys out of a state."""
    return TypeAdapter(next(iter(get_type_hints(step, include_extras=True).values())))


@cache
def writes(step: Any) -> TypeAdapter[Any]:
    """Return the validator of the step's return type."""
    return TypeAdapter(get_type_hints(step, include_extras=True)["return"])


def as_json(step: Any, update: Mapping[str, Any]) -> str:
    """Return an update as JSON text.

    Raises:
        ShapeFault, pydantic.ValidationError: it does not fit the step's return type.
    """
    if unknown := set(update) - set(get_type_hints(get_type_hints(step)["return"])):
        raise ShapeFault(f"{step.__name__} wrote {', '.join(sorted(unknown))}, which it does not declare")
    adapter = writes(step)
    return adapter.dump_json(adapter.validate_python(update)).decode()
