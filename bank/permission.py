"""Whether a proposed action may be carried out: code, not a model, decides."""

import re

from bank.approval_rules import needs_person
from bank.desk import the_bank
from bank.faults import amount_of
from bank.protocol import Bank, Refused, UnknownCustomer
from state.actions import Action
from state.banking import Card, Transaction
from state.desk import Draft
from state.reviews import Review

DOUBTFUL = re.compile(
    r"(?:(?<!\w)[-\u2212]|\bminus\s)[£€$]?\d"  # below zero
    r"|(?:[€$]|\b(?:eur|usd|euros?|dollars?))\s?\d|\d\s?(?:€|\$|(?:eur|usd|euros?|dollars?|cents?|pence)\b)"
    r"|(?<![\d,])\d+,\d{1,2}(?!\d)",  # a comma before pence
    re.IGNORECASE,
)
"""Amounts in a message that are not plainly a sum in pounds; whoever proposed an action may have read past it."""


async def permission(draft: Draft, message: str, customer_id: str | None) -> Review:
    """How to go on with the action that a draft proposes; without one there is only an answer."""
    if draft.action is None:
        return Review(verdict="answer", reason="answered from the policies")
    review = await _reviewed(customer_id, draft.action)
    if review.verdict == "act" and amount_of(draft) and DOUBTFUL.search(message):
        return Review(verdict="ask_person", reason="the message names an amount that is not plainly in pounds")
    return review


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
