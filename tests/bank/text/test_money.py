"""Amounts of money in text."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.text.money import gbp_in, gbp_meant


@pytest.mark.parametrize(
    "text, amounts",
    [
        ("GBP 25.00 or £1,204.50, also 3 pounds and 20 quid", ["25", "1204.50", "3", "20"]),
        ("GBP25, £ 5 and 1 pound", ["25", "5", "1"]),
        ("24.90 and 1,000.00.", ["24.90", "1000"]),
        ("£1.5k and 2k pounds", ["1500", "2000"]),
        ("five pounds or two hundred and fifty quid", ["5", "250"]),
        ("£24,90", ["24.90"]),
        ("1.50 % from 16.10.2026, version 1.25.3, on 3 May, card 4821", []),
        ("€12.50, 62 euros, $5, 5 USD, ¥9,800 and 50p", []),
        ("£5 and $3", ["5"]),
        ("the pound, a few pounds", []),
    ],
)
def test_amounts_in_pounds_are_found(text: str, amounts: list[str]) -> None:
    assert gbp_in(text) == {Decimal(amount) for amount in amounts}


@pytest.mark.parametrize(
    "quote, amounts",
    [("300", ["300"]), ("10k", ["10000"]), ("2 x £12.50", ["12.50"]), ("62 euros", []), ("50p", []), ("a lot", [])],
)
def test_a_quote_without_a_currency_means_its_number(quote: str, amounts: list[str]) -> None:
    assert gbp_meant(quote) == {Decimal(amount) for amount in amounts}


@given(st.decimals(0, 9_999_999, places=2), st.sampled_from(["£{}", "GBP {}", "{} pounds", "paid {} for it."]))
def test_every_way_to_write_an_amount_is_read_the_same(amount: Decimal, form: str) -> None:
    assert gbp_in(form.format(f"{amount:,.2f}")) == {amount}


@given(st.text(max_size=200) | st.text("0123456789.,£€$ kp", max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert all(amount >= 0 for amount in gbp_in(text) | gbp_meant(text))


def test_a_long_row_of_numbers_in_words_is_read_in_no_time() -> None:
    long, started = "one hundred " * 1_300, time.process_time()
    assert gbp_in(f"{long}, that is five pounds") == {5}
    assert time.process_time() - started < 0.5
