"""Codecs: what fits its shape passes through unchanged, and what JSON or a checkpoint cannot hold is refused."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from typing_extensions import TypedDict

from baton.errors import ShapeError
from baton.records import Record
from baton.steps.codec import codec


class Fact(Record):
    amount: Decimal
    at: datetime


class Shape(TypedDict, total=False):
    text: str
    score: float | None
    facts: list[Fact]
    loose: Any


FACT = Fact(amount=Decimal("25.00"), at=datetime(2026, 11, 22, tzinfo=UTC))

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def test_records_become_plain_json_and_come_back() -> None:
    stored, text = codec(Shape).dump({"facts": [FACT]}, "step")
    assert stored == {"facts": [{"amount": "25.00", "at": "2026-11-22T00:00:00Z"}]}
    assert text == '{"facts":[{"amount":"25.00","at":"2026-11-22T00:00:00Z"}]}'
    assert codec(Shape).load(stored, "step") == {"facts": [FACT]}


def test_a_record_is_a_shape_too() -> None:
    stored, _ = codec(Fact).dump(FACT, "step")
    assert codec(Fact).load(stored, "step") == FACT


@given(st.fixed_dictionaries({"text": st.text(), "score": st.none() | st.floats(0, 1), "loose": plain}))
def test_what_is_dumped_is_what_is_loaded_and_a_checkpoint_can_hold_it(update: dict[str, Any]) -> None:
    stored, _ = codec(Shape).dump(update, "step")
    assert codec(Shape).load(stored, "step") == update
    JsonPlusSerializer(allowed_msgpack_modules=None).dumps_typed(stored)


@pytest.mark.parametrize(
    "update",
    [
        {"text": 5},
        {"text": "half of \ud800 a pair"},
        {"loose": {"\ud800": 1}},
        {"score": math.nan},
        {"score": math.inf},
        {"loose": [{"deep": math.nan}]},
        {"loose": 2**64},
        {"loose": [-(2**63) - 1]},
        {"loose": {1, 2}, "unknown": 1},
        {"text": "x", "unknown": 1},
        {"facts": [{"amount": "25.00"}]},
        {"facts": [{"amount": "many", "at": "2026-11-22T00:00:00Z"}]},
        "a string",
        ["a list"],
        None,
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_that_names_the_step(update: Any) -> None:
    with pytest.raises(ShapeError) as caught:
        codec(Shape).dump(update, "draft")
    assert str(caught.value).startswith("draft cannot write Shape: ")
    assert "\n" not in str(caught.value)


def test_what_nests_too_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(ShapeError):
        codec(Shape).dump({"loose": deep}, "draft")


@pytest.mark.parametrize("stored", [{"text": 5}, {"facts": [{}]}, {"score": "high"}, [], None, 7])
def test_what_was_stored_in_another_shape_is_not_read(stored: Any) -> None:
    with pytest.raises(ShapeError, match="draft cannot read Shape"):
        codec(Shape).load(stored, "draft")
