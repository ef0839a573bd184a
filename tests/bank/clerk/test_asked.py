"""The gate before an action: which message asks for it, on this thing, now and whole."""

import pytest

from bank.clerk.asked import doubt
from bank.clerk.desk import desk_bank
from bank.ledger.actions import parse_action
from baton.runtime.active import with_resources
from baton.runtime.resources import open_resources
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

FROZEN_CARD = ("C004", "reissue_card", {"card_id": "K0005"})  # beside an active one
ONLY_CARD = ("C007", "freeze_card", {"card_id": "K0009"})
VIRTUAL = ("C060", "reissue_card", {"card_id": "K0084"})  # frozen, beside an active plastic card
ONE_OF_TWO = ("C002", "refund", {"transaction_id": "T05004", "amount": "18.50"})
LIMIT = ("C009", "change_limit", {"card_id": "K0012", "daily_limit": "500.00"})
LAMP = ("C001", "file_dispute", {"transaction_id": "T03034", "reason": "as told"})
TOY = ("C002", "refund", {"transaction_id": "T04678", "amount": "56.89"})
EMPTY = ("C005", "close_account", {"account_id": "A006"})
Case = tuple[str, str, dict[str, str]]


async def doubt_of(message: str, case: Case) -> str | None:
    customer_id, name, args = case
    async with open_resources() as resources:
        with with_resources(resources):
            return await doubt(parse_action(name, args), message, customer_id)


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(
    "message, case",
    [
        ("could I have a spare card as well", FROZEN_CARD),
        ("how do I switch on the card that came today", FROZEN_CARD),
        ("my card runs out in May, must I ask for the next one?", FROZEN_CARD),
        ("Please send me a new card", FROZEN_CARD),
        ("I need a second card for my holidays, please order a new card for it", FROZEN_CARD),
        ("Someone took my rucksack; I need another card.", VIRTUAL),
        ("My plastic card was stolen, please replace my card.", VIRTUAL),
        ("All good now :)\n\n> I lost my card, please freeze it", ONLY_CARD),
        ("<p>please <b>do not</b> freeze my card</p>", ONLY_CARD),
        ("Hypothetically, I lost my card. Please freeze it.", ONLY_CARD),
        ("My friend says I should freeze my card. Should I?", ONLY_CARD),
        ("freeze my card tomorrow at 5pm, I am still using it", ONLY_CARD),
        ("can you track my card?", ONLY_CARD),
        ("Freeze my card except for Apple Pay.", ONLY_CARD),
        ("Block my card at petrol stations please", ONLY_CARD),
        ("Suspend my card for three days", ONLY_CARD),
        ("Please freeze my card and unfreeze it on Monday", ONLY_CARD),
        ("Please freeze my card ending 1111.", ONLY_CARD),
        ("Please freeze my virtual card.", ONLY_CARD),
        ("My card was stolen.", ONLY_CARD),
        ("You refunded Orchard Cinema 18.50 twice, I only wanted it once.", ONE_OF_TWO),
        ("Please refund half of the second 18.50 at Orchard Cinema.", ONE_OF_TWO),
        ("Please refund the second 18.50 dollars at Orchard Cinema.", ONE_OF_TWO),
        ("Please refund 5.00 of the second 18.50 at Orchard Cinema.", ONE_OF_TWO),
        ("Please refund Puddle Lane Toys, they charged me twice.", ONE_OF_TWO),
        (
            "Please refund Orchard Cinema 18.50, the film was bad.",
            ("C002", "refund", {"transaction_id": "T04678", "amount": "56.89"}),
        ),
        ("Set my limit to 500 a week", LIMIT),
        ("Set my limit to 500 rupees", LIMIT),
        ("Raise my limit by 500", LIMIT),
        ("Set my limit to 400", LIMIT),
        ("Set my limit to 500 on weekdays", LIMIT),
        ("I want to dispute half of the 82.26 at Beacon Electronics", LAMP),
        ("I want to dispute 12.00 at Beacon Electronics", LAMP),
        ("Please close my account", EMPTY),
    ],
)
async def test_a_doubt_is_a_persons(message: str, case: Case) -> None:
    assert await doubt_of(message, case) is not None


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(
    "message, case",
    [
        ("Please replace my frozen card.", FROZEN_CARD),
        ("Send me a new card in place of the one ending 2952 please", FROZEN_CARD),
        ("Please order a new virtual card for the frozen one", VIRTUAL),
        ("I lost my card on the bus, please freeze it", ONLY_CARD),
        ("pls block the card ending 0598", ONLY_CARD),
        ("Orchard Cinema took 18.50 twice. Please refund one.", ONE_OF_TWO),
        ("Set my limit to £500 a day, please", LIMIT),
        ("I want to dispute the 82.26 at Beacon Electronics, the lamp never came", LAMP),
        ("Please close my account A006", EMPTY),
    ],
)
async def test_a_plain_order_goes_on(message: str, case: Case) -> None:
    assert await doubt_of(message, case) is None


@pytest.mark.usefixtures("furnished")
async def test_what_was_paid_back_is_not_owed_again() -> None:
    message = "Orchard Cinema took 18.50 twice. Please refund one."
    async with open_resources() as resources:
        bank = await resources.resource(desk_bank)
        first = parse_action("refund", {"transaction_id": "T05003", "amount": "18.50"})
        await bank.perform("C002", first, key="first")
        with with_resources(resources):
            found = await doubt(parse_action(*ONE_OF_TWO[1:]), message, "C002")
    assert found == "an equal payment to this merchant was refunded before"
