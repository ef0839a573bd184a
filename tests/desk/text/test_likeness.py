"""Likeness of a message to examples: the kind that it is nearest to, and how much."""

from hypothesis import given
from hypothesis import strategies as st

from desk.text.likeness import Likeness

LIKENESS = Likeness(
    {
        "theft": ["my purse was stolen", "a thief took the purse", "stolen bag"],
        "fire": ["the house burns", "smoke in the kitchen", "flames in the house"],
    },
    ["what does the house cost", "where is the kitchen", "when is the bag here", "what is the price of a purse"],
)


def test_the_nearest_kind_is_the_one_whose_words_a_message_has() -> None:
    assert LIKENESS.nearest("stolen by a thief")[0] == "theft"
    assert LIKENESS.nearest("smoke and flames")[0] == "fire"


def test_what_is_like_the_others_is_below_what_is_like_a_kind() -> None:
    assert LIKENESS.nearest("what does the bag cost")[1] < 0 < LIKENESS.nearest("the bag was stolen")[1]


def test_words_of_one_family_and_another_case_count() -> None:
    assert LIKENESS.nearest("BURNS in the KITCHENS")[0] == "fire"


def test_what_no_example_has_says_nothing() -> None:
    assert LIKENESS.nearest("xyzzy")[1] == 0


@given(st.text(max_size=200))
def test_any_text_has_a_nearest_kind(text: str) -> None:
    kind, likeness = LIKENESS.nearest(text)
    assert kind in {"theft", "fire"}
    assert likeness == likeness  # noqa: PLR0124 - no NaN
