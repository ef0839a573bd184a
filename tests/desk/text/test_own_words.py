"""The writer's own words: what is quoted, cited or forwarded is not among them."""

import pytest

from desk.text.own_words import GAP, own_words


@pytest.mark.parametrize(
    "text",
    [
        "All good now\n\n> lock the gate",
        'Your page says "lock the gate" in red.',
        "Your page says “lock the gate” in red.",
        "Your page says \u2018lock the gate\u2019 in red.",
        "The sign reads: lock the gate",
        "She wrote «lock the gate» to me",
        'and then: "lock the gate\nto the end',
        "Hi\n-----Original Message-----\nlock the gate",
        "On Monday 2 November Ann wrote:\nlock the gate",
        "Begin of forwarded message:\nlock the gate",
    ],
)
def test_words_of_others_are_left_out(text: str) -> None:
    own = own_words(text)
    assert "lock" not in own
    assert GAP.strip() in own


@pytest.mark.parametrize(
    "text", ["It's the neighbours' gate, don't lock it.", "Lock <b>the</b> gate", "5 < 6 and 7 > 3: lock the gate"]
)
def test_all_else_is_the_writers(text: str) -> None:
    assert "lock" in own_words(text).lower()
