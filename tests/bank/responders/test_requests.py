"""The offline splitter: separate requests are told apart, and a story stays with its question."""

import json
from importlib.resources import files

import pytest

from bank.responders.requests import separate

pytestmark = pytest.mark.usefixtures("furnished")
INBOX = [json.loads(line)["message"] for line in (files("bank") / "inbox.jsonl").read_text("utf-8").splitlines()]
TWO = "Please close my account A006. And what does a transfer abroad cost?"


def test_a_message_with_one_request_is_not_cut() -> None:
    assert [message for message in INBOX if separate(message) != [message] and message != TWO] == []


@pytest.mark.parametrize(
    "message, requests",
    [
        (TWO, ["Please close my account A006.", "And what does a transfer abroad cost?"]),
        (
            "My card was stolen. Please freeze it. Also, what does a transfer to Spain cost? I need it this week.",
            ["My card was stolen. Please freeze it.", "Also, what does a transfer to Spain cost? I need it this week."],
        ),
        (
            "How do I change my PIN? How do I activate my card?",
            ["How do I change my PIN?", "How do I activate my card?"],
        ),
        (
            "My top-up is pending and how do I change my address?",
            ["My top-up is pending", "how do I change my address?"],
        ),
        ("Raise my limit to 1500.00 and send me a new card", ["Raise my limit to 1500.00", "send me a new card"]),
        (
            "Three things: 1. How do I change my PIN? 2. Will it rain tomorrow? 3. Please close my account.",
            ["Three things:\nHow do I change my PIN?", "Will it rain tomorrow?", "Please close my account."],
        ),
        (
            "I want to dispute the 64.00 at Cobalt Cycles and I want a refund for the 12.40 at Marigold Bakery.",
            ["I want to dispute the 64.00 at Cobalt Cycles", "I want a refund for the 12.40 at Marigold Bakery."],
        ),
    ],
)
def test_requests_that_can_be_settled_apart_are_told_apart(message: str, requests: list[str]) -> None:
    assert separate(message) == requests


@pytest.mark.parametrize(
    "message",
    [
        "I travelled to Lisbon last week. I paid at a restaurant and took cash at a machine. Why were there two fees?",
        "Where is my new card? When will it come?",
        "Please freeze my card and tell me how much a new one costs.",
        "Please close my account. Actually no, keep it open.",
        "My card was declined abroad and my phone was stolen, what should I do?",
        "???",
        "IMG_2231.jpg",
    ],
)
def test_what_belongs_together_stays_together(message: str) -> None:
    assert separate(message) == [message]


def test_a_request_stands_once() -> None:
    assert separate("How do I change my PIN?\nWhat is the top-up limit?\nHow do I change my PIN?") == [
        "How do I change my PIN?",
        "What is the top-up limit?",
    ]


def test_the_same_question_about_other_amounts_is_another_one() -> None:
    assert len(separate("- What does a transfer of £100 cost?\n- What does a transfer of £200 cost?")) == 2
