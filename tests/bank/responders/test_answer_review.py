"""The offline judge of an answer: what the cited policies leave open."""

import pytest

from bank.responders.answer_review import answer_review
from tests.bank.stage import asked

pytestmark = pytest.mark.usefixtures("furnished")


def left_open(message: str, *citations: str) -> list[str]:
    return answer_review(asked(message=message, citations=list(citations), actions=[]))["open"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "message, citation, open_part",
    [
        ("How do I change my PIN? How do I stop a standing order?", "CARD-05", "How do I stop a standing order?"),
        (
            "Your app refused my passport. Why does my tablet not find the network?",
            "ACC-07",
            "Why does my tablet not find the network?",
        ),
    ],
)
def test_a_part_that_the_cited_policies_do_not_touch_is_open(message: str, citation: str, open_part: str) -> None:
    assert left_open(message, citation) == [open_part]


@pytest.mark.parametrize(
    "message, citation",
    [
        ("How do I change my PIN?", "CARD-05"),
        ("My card was swallowed by the machine this morning. What do I do now?", "SEC-08"),
        ("I have waited two weeks for my card. When will it come?", "CARD-03"),
        ("What does a top-up by debit card cost? Is a top-up by credit card free?", "FEES-08"),
        (
            "I sent £250 to my landlord Peter Miller on Monday and he has not received it. Where is my transfer?",
            "TRAN-08",
        ),
    ],
)
def test_what_is_answered_leaves_nothing_open(message: str, citation: str) -> None:
    assert left_open(message, citation) == []
