"""What an action costs, cancels or makes final is said before it is done, as the bank does it."""

import pytest

from bank.clerk.consequences import consequences
from bank.clerk.desk import desk_bank
from bank.ledger.actions import parse_action
from baton.runtime.active import with_resources
from baton.runtime.resources import open_resources
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]


async def said(customer_id: str, name: str, **args: str) -> str | None:
    async with open_resources() as resources:
        with with_resources(resources):
            return await consequences(parse_action(name, args), customer_id)


@pytest.mark.usefixtures("furnished")
async def test_a_new_card_names_its_price_and_the_end_of_the_old_one() -> None:
    told = await said("C004", "reissue_card", card_id="K0005")
    assert told is not None
    assert "GBP 5.00" in told
    assert "ending 2952, cannot be used again" in told


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("customer_id, card_id", [("C006", "K0008"), ("C060", "K0084"), ("C060", "K0085")])
async def test_an_expired_or_a_virtual_card_is_replaced_free(customer_id: str, card_id: str) -> None:
    told = await said(customer_id, "reissue_card", card_id=card_id)
    assert told is not None
    assert "is free" in told


@pytest.mark.usefixtures("furnished")
async def test_a_card_that_the_desk_froze_is_replaced_free() -> None:
    async with open_resources() as resources:
        bank = await resources.resource(desk_bank)
        await bank.perform("C007", parse_action("freeze_card", {"card_id": "K0009"}), key="freeze")
        with with_resources(resources):
            told = await consequences(parse_action("reissue_card", {"card_id": "K0009"}), "C007")
    assert told is not None
    assert "is free" in told


@pytest.mark.usefixtures("furnished")
async def test_what_can_be_undone_has_none_and_what_cannot_says_so() -> None:
    assert await said("C007", "freeze_card", card_id="K0009") is None
    assert "cannot be opened again" in str(await said("C005", "close_account", account_id="A006"))
