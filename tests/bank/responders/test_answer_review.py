"""The offline judge of an answer: what the cited policies leave open."""

import pytest

from bank.responders.answer_review import answer_review
from tests.bank.stage import asked

pytestmark = pytest.mark.usefixtures("furnished")


def left_open(message: str, *citations: str, actions: tuple[str, ...] = ()) -> list[str]:
    review = answer_review(asked(message=message, citations=list(citations), actions=list(actions)))
    return review["open"]  # type: ignore[no-any-return]


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


@pytest.mark.parametrize(
    "message, open_parts",
    [
        (
            "Please stop my card and send me last year's certificate of interest",
            ["send me last year's certificate of interest"],
        ),
        ("My bag was stolen in the gym.\nBlock my card straight away.", []),
        ("Someone bought a tent with my card, it wasn't me!\nBlock it straight away", []),
    ],
)
def test_beside_an_order_only_what_asks_for_something_else_is_open(message: str, open_parts: list[str]) -> None:
    assert left_open(message, "SEC-01", actions=("freeze_card",)) == open_parts
