"""Signs: what a message tells, and what takes it back."""

from pathlib import Path

import pytest

from baton.errors import BadSetting
from desk.text.signs import Signs, SignsFile, read_signs

FILE = SignsFile.model_validate(
    {
        "words": {"thing": "parcel|box"},
        "spelling": {"pls": "please", "wos": "was"},
        "corrected": ["parcel", "stolen"],
        "correct": ["parce"],
        "withdrawals": {
            "supposed": {"where": "before", "pattern": "if"},
            "last_year": {"where": "sentence", "pattern": "last year"},
            "found": {"where": "message", "pattern": "found it", "always": True},
        },
        "kind": [
            {"reason": "theft", "withdrawn_by": ["supposed", "last_year", "found"], "signs": ["{thing} ~ stolen"]},
            {"reason": "a threat", "signs": ["see you in court", "lawyer ~~ letter"]},
        ],
    }
)


def told(message: str) -> list[str]:
    return Signs(FILE).told_in(message)


@pytest.mark.parametrize(
    "message",
    [
        "My parcel was stolen",
        "MY PARCEL WAS STOLEN!!!",
        "the box wos stolen",
        "my pacrel was stollen",
        "my parcell is stoln",
        "If you can, help: my parcel was stolen",
        "It came last year. This parcel was stolen",
        "my parcel\nwas not there. The other parcel was stolen.",
    ],
)
def test_a_sign_is_told_in_any_spelling(message: str) -> None:
    assert told(message) == ["theft"]


@pytest.mark.parametrize(
    "message",
    [
        "What if my parcel was stolen?",
        "my parcel was stolen last year",
        "My parcel was stolen. No, I found it.",
        "my parcel. He has stolen nothing",
        "my parcels were",
        "the unstolen parcel",
        "",
    ],
)
def test_what_is_supposed_long_ago_or_taken_back_is_not(message: str) -> None:
    assert told(message) == []


def test_all_kinds_are_told_in_the_order_of_the_file() -> None:
    assert told("I'll see you in court, for my box was stolen") == ["theft", "a threat"]


def test_a_sign_may_stand_in_two_sentences() -> None:
    assert told("I have a lawyer. Expect a letter.") == ["a threat"]


def test_some_of_what_takes_back_holds_without_a_sign() -> None:
    assert Signs(FILE).is_withdrawn("found it")
    assert not Signs(FILE).is_withdrawn("if it was last year")


@pytest.mark.parametrize(
    "kind, told_why",
    [
        ('signs = ["("]', "missing"),
        ('signs = ["a"]\nwithdrawn_by = ["nothing"]', "nothing"),
        ("signs = 3", "signs"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, kind: str, told_why: str) -> None:
    file = tmp_path / "signs.toml"
    file.write_text(f'[[kind]]\nreason = "theft"\n{kind}\n')
    with pytest.raises(BadSetting, match=f"signs.toml.*{told_why}"):
        read_signs(file)
