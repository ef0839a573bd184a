"""Requests in quotes: all of them, on one line, the long ones shortened."""

import pytest

from desk.records import quoted


def test_requests_stand_on_one_line_in_their_own_words() -> None:
    assert quoted(["Where is\nmy card?", "Why?"]) == "“Where is my card?”, “Why?”"


@pytest.mark.parametrize("count", [1, 30, 300])
def test_however_many_there_are_each_is_named(count: int) -> None:
    text = quoted([f"{number} " + "word " * 200 for number in range(count)])
    assert all(f"“{number} word" in text for number in range(count))
    assert len(text) < 20_000


def test_a_word_without_an_end_is_cut() -> None:
    assert len(quoted(["x" * 5_000])) < 500
