"""The desk's service on the bank: show a customer, review an action, perform it."""

import re
from typing import Any, cast

from bank.clerk.approval_rules import exceeded_limit, needs_person
from bank.clerk.clerk_view import KEYS, account_rows, card_rows, transaction_rows
from bank.clerk.consequences import consequences
from bank.clerk.desk import the_bank
from bank.clerk.others import names_others
from bank.ledger.actions import BankAction
from bank.ledger.protocol import Bank
from bank.ledger.records import Card, Receipt, Transaction
from desk.business import Refused, UnknownCustomer
from desk.records import Action, Review, amount_of

RECENT = 40  # transactions that a clerk sees
LOOKED_THROUGH = 500  # transactions in which an action's is searched
DOUBTFUL = re.compile(
    r"(?:(?<!\w)[-\u2212]|\bminus\s)[£€$]?\d"  # below zero
    r"|(?:[€$]|\b(?:eur|usd|euros?|dollars?))\s?\d|\d\s?(?:€|\$|(?:eur|usd|euros?|dollars?|cents?|pence)\b)"
    r"|(?<![\d,])\d+,\d{1,2}(?!\d)",  # a comma before pence
    re.IGNORECASE,
)
"""Amounts in a message that are not clearly in pounds; the model that proposed an action may have misread them."""


class BankService:
    """The `Service` of the bank that the running graph works with."""

    id_fields = KEYS
    amount_fields = ("amount", "daily_limit")
    chosen_amount_fields = ("daily_limit",)

    async def customer(self, customer_id: str) -> dict[str, Any] | None:
        """See `Service`."""
        bank = await the_bank()
        try:
            customer = await bank.customer(customer_id)
        except UnknownCustomer:
            return None
        return {
            "name": customer.name,
            "cards": card_rows(await bank.cards(customer_id)),
            "accounts": account_rows(await bank.accounts(customer_id)),
            "transactions": transaction_rows(await bank.transactions(customer_id, RECENT)),
        }

    async def names_others(self, text: str, customer_id: str | None) -> bool:
        """See `Service`."""
        return await names_others(text, customer_id)

    async def review(self, action: Action, message: str, customer_id: str) -> Review:
        """See `Service`."""
        review = await _review(_own(action), customer_id)
        if review.verdict == "act" and amount_of(action, self.amount_fields) and DOUBTFUL.search(message):
            return Review(verdict="ask_person", reason="the message names an amount that is not plainly in pounds")
        return review

    async def consequences(self, action: Action, customer_id: str) -> str | None:
        """See `Service`."""
        return await consequences(_own(action), customer_id)

    def exceeded_limit(self, action: Action) -> str | None:
        """See `Service`."""
        return exceeded_limit(_own(action))

    async def check(self, customer_id: str, action: Action) -> None:
        """See `Service`."""
        await (await the_bank()).check(customer_id, _own(action))

    async def perform(self, customer_id: str, action: Action, *, key: str) -> Receipt:
        """See `Service`."""
        return await (await the_bank()).perform(customer_id, _own(action), key=key)


def _own(action: Action) -> BankAction:
    """Return the action as one of the bank's; the desk proposes no others."""
    return cast("BankAction", action)


async def _review(action: BankAction, customer_id: str) -> Review:
    """Return whether the bank would perform the action, and whether a person must agree."""
    bank = await the_bank()
    try:
        await bank.check(customer_id, action)
        card, transaction = await _targets(bank, customer_id, action)
    except UnknownCustomer as error:
        return Review(verdict="escalate", reason=str(error))
    except Refused as refused:
        return Review(verdict="decline", reason=refused.message)
    if needs_person(action, card=card, transaction=transaction):
        return Review(verdict="ask_person", reason=f"{action.name} needs a person")
    return Review(verdict="act", reason=f"{action.name} is allowed without a person")


async def _targets(bank: Bank, customer_id: str, action: BankAction) -> tuple[Card | None, Transaction | None]:
    """Return the card and the transaction that an action names; None for what it does not name."""
    card_id, transaction_id = getattr(action, "card_id", None), getattr(action, "transaction_id", None)
    cards = await bank.cards(customer_id) if card_id else []
    transactions = await bank.transactions(customer_id, LOOKED_THROUGH) if transaction_id else []
    return (
        next((card for card in cards if card.card_id == card_id), None),
        next((each for each in transactions if each.transaction_id == transaction_id), None),
    )
