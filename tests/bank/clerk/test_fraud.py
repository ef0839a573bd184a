import pytest

from bank.clerk.fraud import card_meant
from bank.ledger.records import Card


def card(card_id: str, last4: str) -> Card:
    return Card(
        card_id=card_id,
        customer_id="C001",
        account_id="A001",
        last4=last4,
        kind="physical",
        status="active",
        daily_limit="500.00",
        expires="2028-05",
    )


ONE, OTHER = card("K0001", "1111"), card("K0002", "2222")


@pytest.mark.parametrize(
    "message, active, found",
    [
        ("Not my payment", [ONE], ONE),
        ("Not my payment", [ONE, OTHER], None),
        ("Not my payment, card ending 2222", [ONE, OTHER], OTHER),
        ("Not my payment with k0001", [ONE, OTHER], ONE),
        ("Not my payment, card ending 9999", [ONE], None),
        ("Not my payment", [], None),
    ],
)
def test_only_a_card_that_is_plainly_meant_is_stopped(message: str, active: list[Card], found: Card | None) -> None:
    assert card_meant(message, active) == found
