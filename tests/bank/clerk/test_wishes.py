"""What customers wish: every action in many words, and nothing where none is wished."""

import pytest

from bank.clerk.wishes import wish, wishes


@pytest.mark.parametrize(
    "message, actions",
    [
        ("cant find my card, think i left it in a taxi lastnight. pls stop it", {"freeze_card"}),
        ("cancel my card", {"freeze_card"}),
        ("block card pls", {"freeze_card"}),
        ("My purse is gone, block it", {"freeze_card"}),
        ("I sent 395.00 to the wrong person and I need my money back", {"refund"}),
        ("charged twice 23.15. give me one back. and also set my limit to 300", {"refund", "change_limit"}),
        ("I want to dispute the 82.26", {"file_dispute"}),
        ("I'd like my account closed", {"close_account"}),
        ("My card is bent, send me a new one", {"reissue_card"}),
        ("Please freeze my card tomorrow at 5", {"freeze_card"}),
        ("My mother lost her card, please freeze it", {"freeze_card"}),
        ("could I have a spare card as well", set()),
        ("How do I freeze my card?", set()),
        ("My friend says I should freeze my card. Should I?", set()),
        ("Please don't freeze my card", set()),
        ("All good now :)\n\n> I lost my card, please freeze it", set()),
        ("I lost my card, please freeze it. Forget it, here it is!", set()),
        ("I had to cancel my holiday, how do I change my PIN?", set()),
        ("When do I get my refund from the shop?", set()),
    ],
)
def test_what_a_message_wishes(message: str, actions: set[str]) -> None:
    assert {each.action for each in wishes(message)} == actions


def test_a_wish_is_quoted_with_its_sentence() -> None:
    [found] = wishes("I am at the station. Please freeze my card. Thanks")
    assert found.words == "Please freeze my card."


@pytest.mark.parametrize(
    "message, action",
    [
        ("someone nicked my purse", "freeze_card"),
        ("I was charged twice at the bakery", "refund"),
        ("I paid for a lamp and it never arrived", "file_dispute"),
        ("My purse was stolen. Please close my account A006.", "close_account"),
        ("What if my card was stolen?", None),
    ],
)
def test_a_report_stands_for_the_wish_where_there_is_none(message: str, action: str | None) -> None:
    assert wish(message) == action
