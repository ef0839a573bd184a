"""Typing errors are corrected by the desk's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.knowledge.spelling import Spelling

SPOKEN = ["my parcel is late"] * 3 + ["where is the parcal", "a pencil for the barn owl"]
SPELLING = Spelling(SPOKEN, ["Every parcel is delivered by a courier within a week."])


@pytest.mark.parametrize("slip", ["parcl", "parccel", "pracel", "parxel", "Parecl", "PARCE"])
def test_a_word_one_slip_away_from_a_known_one_is_that(slip: str) -> None:
    assert SPELLING.corrected(f"my {slip} was late!") == "my parcel was late!"


@pytest.mark.parametrize(
    "text", ["Where is the pencil?", "my prcl, a lion", "it's parcel's", "", "parcal", "courier Ann 4471"]
)
def test_everything_else_stays(text: str) -> None:
    assert SPELLING.corrected(text) == text


def test_a_checked_word_is_known_from_one_occurrence_and_a_spoken_one_from_some() -> None:
    assert SPELLING.corrected("courrier pencl") == "courier pencl"


@given(st.text(max_size=100))
def test_a_corrected_text_is_not_corrected_again(text: str) -> None:
    assert SPELLING.corrected(SPELLING.corrected(text)) == SPELLING.corrected(text)
