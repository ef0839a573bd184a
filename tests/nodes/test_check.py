from typing import Any

import pytest

from bank.ledger.actions import parse_action
from bank.ledger.protocol import Bank
from nodes.check import check
from state.desk import Draft
from tests.nodes.conftest import Step

PASSAGES = ["SEC-01.1", "SEC-10.2", "DISP-03.2"]
CARD_NUMBER = "4111 1111 1111 1111"


def state(reply: str = "Freezing is free.", *, customer_id: str | None = "C013", **more: Any) -> dict[str, Any]:
    """A routed message with its passages and a draft."""
    drafted = {"reply": reply, "citations": ["SEC-01"], "action": None, **more}
    known = {
        "message": "My card is gone, and GBP 3.50 with it.",
        "request": "My card is gone, and GBP 3.50 with it.",
        "customer_id": customer_id,
        "route": "security",
    }
    return {**known, "confidence": 0.9, "passages": PASSAGES, "draft": Draft(**drafted)}


async def verdict(step: Step, **checked: Any) -> tuple[str, str]:
    review = (await step(check, **checked))["review"]
    return review["verdict"], review["reason"]


@pytest.mark.parametrize(
    "draft, fault",
    [
        (state(citations=["SEC-99"]), "cites no policy that it was given"),
        (state(citations=["SEC-01", "FEES-03"]), "cites no policy that it was given"),
        (state(citations=[]), "cites no policy that it was given"),
        (state(f"It was {CARD_NUMBER}."), "holds a card number"),
        (state(f"It was {CARD_NUMBER.replace(' ', '-')}."), "holds a card number"),
        (state("It was [card ending 1111]."), "holds a card number"),  # as a model's answer is masked
        (state("That is GBP 12.00."), "names an amount that no cited policy does: 12.00"),
        (state("That is £1,200 in all."), "names an amount that no cited policy does: 1200"),
        (state("That is 12 pounds."), "names an amount that no cited policy does: 12"),
        (state("A person decides from GBP 25.01."), "names an amount that no cited policy does: 25.01"),
        (state("A person decides from GBP 25.01.", citations=["DISP-03"]), "names an amount that no cited policy"),
        (state("Call us on 0800 1111 2222 on working days."), "holds a number: 080011112222"),
        (state("See harbour-help.example."), "holds a link: harbour-help.example"),
        (state("Freezing needs no approval."), "tells of the desk's own rules: approv"),
        (state("Your card is safe.\x1b[2J"), "hidden or disguised character: U+001B"),
        (state("Jane Okafor asked that too."), "names somebody or something that no source names: Jane Okafor"),
        (state("We have frozen your card."), "claims that something was done"),
        (state("We\u2019ve already refunded you."), "claims that something was done"),
        (state("Card K0009 is active."), "that is not the customer's"),
        (state("The card ending 0598 is active."), "that is not the customer's"),
        (state("Your card is K0018.", customer_id=None), "that is not the customer's"),
        (state("Your card is K0018.", customer_id="C999"), "that is not the customer's"),
    ],
)
async def test_a_reply_that_is_unfit_to_send_is_escalated(step: Step, draft: dict[str, Any], fault: str) -> None:
    kind, reason = await verdict(step, **draft)
    assert kind == "escalate"
    assert fault in reason


@pytest.mark.parametrize(
    "draft",
    [
        state(),
        state("You wrote of GBP 3.50."),
        state("An unclaimed charge is released after 7 days.", citations=["DISP-03"]),
        state("Your card K0018 can be frozen."),
    ],
)
async def test_a_reply_that_rests_on_what_it_was_given_goes_out(step: Step, draft: dict[str, Any]) -> None:
    assert (await verdict(step, **draft))[0] == "answer"


async def test_an_amount_that_was_read_of_the_customers_own_may_be_named(step: Step) -> None:
    shown = {"rows": [{"account_id": "A015", "balance": "12.00"}]}
    assert (await verdict(step, **state("You have GBP 12.00."), seen=[shown]))[0] == "answer"


async def test_a_harmless_action_is_done_at_once(step: Step) -> None:
    action = parse_action("freeze_card", {"card_id": "K0018"})
    assert (await verdict(step, **state("We have frozen your card.", action=action)))[0] == "act"


async def test_an_amount_of_the_action_may_be_named(step: Step, bank: Bank) -> None:
    card = (await bank.cards("C013"))[0]
    action = parse_action("change_limit", {"card_id": card.card_id, "daily_limit": "120.00"})
    assert (await verdict(step, **state("Your daily limit is GBP 120.00 now.", action=action)))[0] == "act"


async def test_a_raised_limit_and_a_closing_wait_for_a_person(step: Step) -> None:
    raised = parse_action("change_limit", {"card_id": "K0018", "daily_limit": "5000.00"})
    assert (await verdict(step, **state(action=raised)))[0] == "ask_person"
    closed = parse_action("close_account", {"account_id": "A024"})
    assert (await verdict(step, **state(customer_id="C020", action=closed)))[0] == "ask_person"


@pytest.mark.parametrize(
    "name, args",
    [
        ("freeze_card", {"card_id": "K0009"}),
        ("freeze_card", {"card_id": "K9999"}),
        ("refund", {"transaction_id": "T04315", "amount": "24.90"}),
        ("close_account", {"account_id": "A008"}),
    ],
)
async def test_what_is_not_the_customers_own_is_declined_without_saying_whose_it_is(
    step: Step, name: str, args: dict[str, str]
) -> None:
    kind, reason = await verdict(step, **state(action=parse_action(name, args)))
    assert kind == "decline"
    assert "C007" not in reason


@pytest.mark.parametrize("customer_id", [None, "C999"])
async def test_an_action_for_a_stranger_is_escalated(step: Step, customer_id: str | None) -> None:
    action = parse_action("freeze_card", {"card_id": "K0018"})
    assert (await verdict(step, **state(customer_id=customer_id, action=action)))[0] == "escalate"


async def test_a_passage_that_has_lapsed_cannot_be_cited(step: Step) -> None:
    lapsed = state(citations=["CARD-17"])
    assert (await verdict(step, **{**lapsed, "passages": ["CARD-17.1"]}))[0] == "escalate"
