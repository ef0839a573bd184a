"""Exact and set matches: agreement of lists, and values against expected ones. Functions of values."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

KEYS = ("id", "kind", "name", "quote", "value", "worker")
"""The fields that identify an object in a list: those of them that every expected object has."""


def agreement(expected: Sequence[Any], given: Sequence[Any]) -> dict[str, float]:
    """Return precision, recall and F1 of `given`; each is 1 where both lists are empty.

    Precision is 0, not undefined, where only `given` is empty: else an empty answer would cost nothing.
    """
    hits = (Counter(map(_hashable, expected)) & Counter(map(_hashable, given))).total()
    return measures(hits, len(expected), len(given))


def measures(hits: int, expected: int, given: int) -> dict[str, float]:
    """Return precision, recall and F1 of `hits` among so many expected and so many given."""
    if not expected and not given:
        return {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    precision = hits / given if given else 0.0
    recall = hits / expected if expected else 1.0
    return {"precision": precision, "recall": recall, "f1": 2 * hits / (expected + given)}


def value_scores(name: str, expected: Any, given: Any) -> Iterator[tuple[str, bool | float]]:
    """Yield the scores of one value: an object field by field, a list by agreement, anything else by equality."""
    if isinstance(expected, dict):
        fields = given if isinstance(given, dict) else {}
        for field, value in expected.items():
            yield from value_scores(f"{name}.{field}" if name else field, value, fields.get(field))
    elif isinstance(expected, list):
        scores = agreement(*_identities(expected, given if isinstance(given, list) else []))
        yield from ((f"{name}_{measure}", value) for measure, value in scores.items())
    else:
        yield name, given == expected and isinstance(given, bool) == isinstance(expected, bool)


def _identities(expected: list[Any], given: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return both lists with each object reduced to its identifying fields; without such fields unchanged."""
    if not all(isinstance(each, dict) for each in [*expected, *given]):
        return expected, given
    keys = [key for key in KEYS if expected and all(key in each for each in expected)]
    if not keys:
        return expected, given
    return [[each[key] for key in keys] for each in expected], [[each.get(key) for key in keys] for each in given]


def _hashable(value: Any) -> Any:
    """Return the value in a form that can be counted."""
    if isinstance(value, dict):
        return tuple(sorted((key, _hashable(each)) for key, each in value.items()))
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
