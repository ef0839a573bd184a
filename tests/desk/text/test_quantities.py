"""Amounts that are not taken for what they are not."""

from decimal import Decimal

import pytest

from desk.text.quantities import amount_doubt, currency_doubt

SIGN = r"£|\bgbp"


@pytest.mark.parametrize(
    "text, amount",
    [
        ("limit to 300", "300"),
        ("£1,200 a day", "1200"),
        ("at 300.50 please", "300.5"),
        ("to GBP 300.00, 500 is too much", "300"),
        ("from 500 to 300 pounds per day", "300"),
        ("up to 1.5k", "1500"),
        ("set it to 300quid", "300"),
        ("300, and send me a card", "300"),
    ],
)
def test_a_plain_amount(text: str, amount: str) -> None:
    assert amount_doubt(text, Decimal(amount), sign=SIGN) is None


@pytest.mark.parametrize(
    "text",
    [
        "limit to 300 a week",
        "300 per month",
        "300 for each order",
        "300 for any single purchase",
        "3 times 300",
        "a further 300",
        "£300 weekly",
        "by 300",
        "between 200 and 300",
        "200 or 300",
        "200-300",
        "around 300",
        "300 rupees",
        "300 kroner",
        "€300",
        "EUR 300",
        "300 € a day",
        "₹ 300",
        "300 payments a day",
        "limit to four hundred",
    ],
)
def test_an_amount_in_doubt(text: str) -> None:
    assert amount_doubt(text, Decimal(300), sign=SIGN) is not None


def test_the_amount_of_a_payment_may_stand_before_its_shop() -> None:
    names = frozenset({"sparrow", "mobile"})
    assert currency_doubt("22.00 Sparrow Mobile", Decimal(22), sign=SIGN, names=names) is None
    assert currency_doubt("about 22.00", Decimal(22), sign=SIGN, names=names) is None
    assert "euros" in str(currency_doubt("22.00 euros at Sparrow Mobile", Decimal(22), sign=SIGN, names=names))
