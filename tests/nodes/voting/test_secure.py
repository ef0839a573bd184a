import pytest

from bank.clerk.fraud import FROZEN
from nodes.voting.secure import secure
from tests.nodes.conftest import Step

DRAFT = {"reply": "Look at it first.", "citations": ["SEC-03"], "action": None}


@pytest.mark.parametrize("customer_id, frozen", [("C010", "K0013"), ("C999", None), (None, None)])
async def test_the_freeze_is_proposed_for_a_known_customer(step: Step, customer_id: str | None, frozen: str) -> None:
    state = {
        "message": "Not mine",
        "request": "Not mine",
        "customer_id": customer_id,
        "route": "security",
        "confidence": 1.0,
    }
    drafted = (await step(secure, **state, passages=["SEC-03.1"], draft=DRAFT))["draft"]
    assert drafted["reply"] == (f"{FROZEN} {DRAFT['reply']}" if frozen else DRAFT["reply"])
    assert drafted["action"] == (frozen and {"name": "freeze_card", "card_id": frozen})
