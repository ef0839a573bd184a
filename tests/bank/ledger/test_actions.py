"""The form of actions: what is refused before the bank is asked."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from bank.ledger.actions import ACTION_NAMES, BankAction, ChangeLimit, FreezeCard, Refund, parse_action
from desk.records import arguments

DISPUTE = {"transaction_id": "T1", "reason": "never bought it"}


def test_the_name_chooses_the_record() -> None:
    assert parse_action("freeze_card", {"card_id": "K0001"}) == FreezeCard(name="freeze_card", card_id="K0001")


def test_arguments_go_back_to_the_same_action() -> None:
    action = ChangeLimit(name="change_limit", card_id="K0001", daily_limit="900.00")
    assert parse_action(action.name, arguments(action)) == action


@pytest.mark.parametrize(
    "amount", ["1,000", "-5", "0.00", "GBP 5", "5", "5.0", "24.90 ", "24.90\n", "\u0661.00", "1e5", "NaN", 24.9, None]
)
def test_an_amount_that_is_none_is_refused_in_one_line(amount: Any) -> None:
    with pytest.raises(ValueError, match="amount") as refused:
        parse_action("refund", {"transaction_id": "T00001", "amount": amount})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "name, args",
    [
        ("transfer", {}),
        ("freeze_card", {}),
        ("freeze_card", {"card_id": "K0001", "force": True}),
        ("freeze_card", {"card_id": "K0001", "two\nlines": ""}),
        ("freeze_card", {"card_id": "K0001", "name": "refund"}),
        ("freeze_card", {"card_id": "../log"}),
        ("freeze_card", {"card_id": "\ud800"}),
        ("file_dispute", DISPUTE | {"reason": " "}),
        ("file_dispute", DISPUTE | {"reason": "x" * 501}),
        ("file_dispute", DISPUTE | {"reason": "\udfff"}),
    ],
)
def test_anything_else_is_refused_in_one_line(name: str, args: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=name) as refused:
        parse_action(name, args)
    assert "\n" not in str(refused.value)


def test_the_schema_is_strict_and_carries_the_amount_pattern() -> None:
    schema = TypeAdapter(BankAction).json_schema()
    shapes = schema["$defs"].values()
    assert len(shapes) == len(ACTION_NAMES)
    for shape in shapes:
        assert shape["additionalProperties"] is False
        assert set(shape["required"]) == set(shape["properties"])
    assert schema["$defs"][Refund.__name__]["properties"]["amount"]["pattern"] == r"^\d{1,7}\.\d{2}$"
