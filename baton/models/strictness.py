"""Finds what strict mode refuses in a record, by the name of the field: an endpoint would say so with each run.

Strict mode wants every field in the answer and knows no open shapes: no default, no dict, tuple or set, no `Any`.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

REFUSED = {
    "default": "has a default; make it `TYPE | None` without one",
    "prefixItems": "is a tuple; make it a list or a record",
    "uniqueItems": "is a set; make it a list",
    "patternProperties": "is a dict; make it a list of records",
    "discriminator": "has a discriminator; leave it out, the union alone is enough",
}
OPEN = "is a dict; make it a list of records"
ANYTHING = "may be anything; give it a type"
KINDS = ("$ref", "type", "anyOf", "allOf", "oneOf", "enum", "const")


def strict_fault(shape: type[BaseModel]) -> str | None:
    """What strict mode refuses first in a record, with the field; None where it takes it."""
    schema = shape.model_json_schema()
    records = {shape.__name__: schema, **schema.get("$defs", {})}
    return next(
        (
            f"{record}.{field} {fault}"
            for record, each in records.items()
            for field, value in each.get("properties", {}).items()
            for fault in _faults(value)
        ),
        None if "properties" in schema or "$ref" in schema else f"{shape.__name__} has no fields; make it a record",
    )


def _faults(value: Any) -> Iterator[str]:
    """What is refused in the schema of a field, outermost first; records of their own are looked at by themselves."""
    if value is True or not any(kind in value for kind in KINDS):
        yield ANYTHING
        return
    yield from (advice for keyword, advice in REFUSED.items() if keyword in value)
    if value.get("type") == "object" and value.get("additionalProperties") is not False:
        yield OPEN
    inner = [*value.get("anyOf", []), *value.get("oneOf", []), *([value["items"]] if "items" in value else [])]
    for each in inner:
        yield from _faults(each)
