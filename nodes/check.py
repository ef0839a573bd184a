"""Check a draft before anyone sees it: code, not a model, decides what may go on."""

import asyncio
import re
from decimal import Decimal

from bank.approval_rules import needs_person
from bank.claims import claims_done
from bank.desk import the_bank
from bank.money import gbp_in
from bank.policy_index import policy_index
from bank.protocol import Bank, Refused, UnknownCustomer
from baton.redact import holds_card_number
from state.actions import Action
from state.banking import Card, Transaction
from state.desk import Draft, Drafted
from state.support_desk import Review, Reviewing

DOUBTFUL = re.compile(
    r"(?:(?<!\w)[-\u2212]|\bminus\s)[£€$]?\d"  # below zero
    r"|(?:[€$]|\b(?:eur|usd|euros?|dollars?))\s?\d|\d\s?(?:€|\$|(?:eur|usd|euros?|dollars?|cents?|pence)\b)"
    r"|(?<![\d,])\d+,\d{1,2}(?!\d)",  # a comma before pence
    re.IGNORECASE,
)
"""Amounts in a message that are not plainly a sum in pounds; whoever proposed an action may have read past it."""


async def check(state: Drafted) -> Reviewing:
    """How to go on with the draft, and why."""
    if fault := await _fault(state):
        return {"review": Review(verdict="escalate", reason=fault)}
    action = state["draft"].action
    if action is None:
        return {"review": Review(verdict="answer", reason="answered from the policies")}
    review = await _reviewed(state["customer_id"], action)
    if review.verdict == "act" and _of_action(state["draft"]) and DOUBTFUL.search(state["message"]):
        review = Review(verdict="ask_person", reason="the message names an amount that is not plainly in pounds")
    return {"review": review}


async def _fault(state: Drafted) -> str | None:
    """What makes the reply unfit to send; None when nothing does."""
    drafted, index = state["draft"], await asyncio.to_thread(policy_index)
    passages = index.passages(state["passages"])
    given = {passage.policy_id for passage in passages}
    if not drafted.citations or not set(drafted.citations) <= given:
        return "the reply cites no policy that it was given"
    if holds_card_number(drafted.reply):
        return "the reply holds a card number"
    if drafted.action is None and claims_done(drafted.reply):
        return "the reply claims that something was done, and proposes nothing"
    grounds = " ".join([state["message"], *(each.text for each in passages if each.policy_id in drafted.citations)])
    invented = gbp_in(drafted.reply) - gbp_in(grounds) - _of_action(drafted)
    return f"the reply names an amount that no cited policy does: {min(invented)}" if invented else None


def _of_action(drafted: Draft) -> set[Decimal]:
    amount = getattr(drafted.action, "amount", None) or getattr(drafted.action, "daily_limit", None)
    return {Decimal(amount)} if amount else set()


async def _reviewed(customer_id: str | None, action: Action) -> Review:
    """Whether the bank would do it, and whether a person must agree."""
    if customer_id is None:
        return Review(verdict="escalate", reason="an action was proposed for nobody we know")
    bank = await the_bank()
    try:
        await bank.check(customer_id, action)
        card, transaction = await _concerned(bank, customer_id, action)
    except UnknownCustomer as error:
        return Review(verdict="escalate", reason=str(error))
    except Refused as refused:
        return Review(verdict="decline", reason=refused.message)
    if needs_person(action, card=card, transaction=transaction):
        return Review(verdict="ask_person", reason=f"{action.name} needs a person")
    return Review(verdict="act", reason=f"{action.name} is allowed without a person")


async def _concerned(bank: Bank, customer_id: str, action: Action) -> tuple[Card | None, Transaction | None]:
    """The card and the transaction that an action names."""
    card_id, transaction_id = getattr(action, "card_id", None), getattr(action, "transaction_id", None)
    cards = await bank.cards(customer_id) if card_id else []
    transactions = await bank.transactions(customer_id, 500) if transaction_id else []
    return (
        next((card for card in cards if card.card_id == card_id), None),
        next((each for each in transactions if each.transaction_id == transaction_id), None),
    )
