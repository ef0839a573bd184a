import pytest

from nodes.secure import FROZEN, meant, secure
from state.banking import Card
from tests.nodes.conftest import Step

DRAFT = {"reply": "Look at it first.", "citations": ["SEC-03"], "action": None}


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
    assert meant(message, active) == found


@pytest.mark.parametrize("customer_id, frozen", [("C010", "K0013"), ("C999", None), (None, None)])
async def test_the_freeze_is_proposed_for_a_known_customer(step: Step, customer_id: str | None, frozen: str) -> None:
    state = {"message": "Not mine", "customer_id": customer_id, "route": "security", "confidence": 1.0}
    drafted = (await step(secure, **state, passages=["SEC-03.1"], draft=DRAFT))["draft"]
    assert drafted["reply"] == (f"{FROZEN} {DRAFT['reply']}" if frozen else DRAFT["reply"])
    assert drafted["action"] == (frozen and {"name": "freeze_card", "card_id": frozen})
