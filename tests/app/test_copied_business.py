"""The business that a copied pattern comes with: what it reads of a message."""

import time

import pytest

from app.copying.business import KNOWLEDGE, PlainReader


@pytest.mark.parametrize(
    "text, requests",
    [
        ("Hello. Where is it? And the fee? Thanks.", ["Hello. Where is it?", "And the fee? Thanks."]),
        ("Freeze my card.", ["Freeze my card."]),
        ("?? What??", ["What??"]),
    ],
)
def test_a_message_is_its_questions(text: str, requests: list[str]) -> None:
    assert PlainReader().requests(text, KNOWLEDGE) == requests


def test_a_long_message_is_read_in_no_time() -> None:
    long, started = "?? " + "a " * 8_000, time.process_time()
    PlainReader().requests(long, KNOWLEDGE)
    assert time.process_time() - started < 0.3
