"""Numbers in words."""

import time

import pytest

from baton.cli.views.phrases import ago, counted, dollars, shortened, tokens, took
from baton.cli.work.context_values import context_of
from baton.storage.records import Usage


@pytest.mark.parametrize(
    "latency_ms,told",
    [(None, "?"), (0, "0 ms"), (999.4, "999 ms"), (1_000, "1.0 s"), (12_345, "12 s"), (90_000, "90 s")],
)
def test_durations(latency_ms: float | None, told: str) -> None:
    assert took(latency_ms) == told


@pytest.mark.parametrize("seconds,told", [(-5, "0 s ago"), (5, "5 s ago"), (125, "2 min ago"), (200_000, "2 d ago")])
def test_moments(seconds: float, told: str) -> None:
    assert ago(time.time() - seconds) == told


def test_an_unknown_price_is_no_zero() -> None:
    assert [dollars(None), dollars(0.0), dollars(0.0123)] == ["?", "$0", "$0.0123"]
    used = Usage(model_calls=1, input_tokens=1_200, output_tokens=34, cost_usd=None)
    assert tokens(used) == "1,234 tokens in 1 model call, cost ?"


def test_one_of_a_kind_is_told_from_many() -> None:
    assert [counted(1, "run"), counted(1_200, "run")] == ["1 run", "1,200 runs"]


def test_a_long_text_is_cut_to_one_line() -> None:
    assert shortened("one\n two  three", 20) == "one two three"
    assert shortened("one\n two  three", 8) == "one two\u2026"


def test_context_values_are_json_or_text() -> None:
    given = ["route_threshold=0.9", "tone=warm", "on=true", "note=a=b", "empty="]
    assert context_of(given) == {"route_threshold": 0.9, "tone": "warm", "on": True, "note": "a=b", "empty": ""}
