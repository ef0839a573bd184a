"""Numbers in words."""

import time

import pytest

from baton.cli.views.phrases import age, count_text, dollars, duration, shorten, usage_text
from baton.cli.work.context_values import context_of
from baton.storage.records import Usage


@pytest.mark.parametrize(
    "latency_ms,text",
    [(None, "?"), (0, "0 ms"), (999.4, "999 ms"), (1_000, "1.0 s"), (12_345, "12 s"), (90_000, "90 s")],
)
def test_durations(latency_ms: float | None, text: str) -> None:
    assert duration(latency_ms) == text


@pytest.mark.parametrize("seconds,text", [(-5, "0 s ago"), (5, "5 s ago"), (125, "2 min ago"), (200_000, "2 d ago")])
def test_moments(seconds: float, text: str) -> None:
    assert age(time.time() - seconds) == text


def test_an_unknown_price_is_no_zero() -> None:
    assert [dollars(None), dollars(0.0), dollars(0.0123)] == ["?", "$0", "$0.0123"]
    usage = Usage(model_calls=1, input_tokens=1_200, output_tokens=34, cost_usd=None)
    assert usage_text(usage) == "1,234 tokens in 1 model call, cost ?"


def test_one_of_a_kind_is_told_from_many() -> None:
    assert [count_text(1, "run"), count_text(1_200, "run")] == ["1 run", "1,200 runs"]


def test_a_long_text_is_cut_to_one_line() -> None:
    assert shorten("one\n two  three", 20) == "one two three"
    assert shorten("one\n two  three", 8) == "one two\u2026"


def test_context_values_are_json_or_text() -> None:
    assignments = ["route_threshold=0.9", "tone=warm", "on=true", "note=a=b", "empty="]
    assert context_of(assignments) == {"route_threshold": 0.9, "tone": "warm", "on": True, "note": "a=b", "empty": ""}
