"""Changes of messages leave what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.answers.changes import changes

MESSAGE = "Why don't you send my top-up of 12.50 back, please?"


def test_each_kind_stands_in_both_halves() -> None:
    additions = {name for name in changes() if "(" in name}
    kinds = ("greeting", "closing", "small talk before", "small talk after")
    assert additions == {f"{kind} ({half})" for kind in kinds for half in ("dev", "test")}


@pytest.mark.parametrize("number", range(25))
def test_an_addition_holds_the_message(number: int) -> None:
    assert all(MESSAGE in change(MESSAGE, number) for name, change in changes().items() if "(" in name)


def test_without_punctuation_numbers_stay_whole() -> None:
    assert changes()["no punctuation"](MESSAGE, 0) == "Why dont you send my top up of 12.50 back please"


@given(st.lists(st.text("abcdefgh", min_size=4, max_size=9), min_size=10, max_size=30), st.integers(0, 99))
def test_two_words_in_ten_are_mistyped(words: list[str], number: int) -> None:
    typed = changes()["typing errors"](" ".join(words), number).split()
    assert len(typed) == len(words)
    assert sum(one != other for one, other in zip(words, typed, strict=True)) <= 2 * -(-len(words) // 10)
