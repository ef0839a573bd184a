"""Draft a reply from the policies, and propose at most one action."""

import asyncio
from typing import Any

from bank.desk import the_bank
from bank.policy_index import policy_index
from bank.protocol import UnknownCustomer
from bank.specialists import specialist
from baton import ask, prompt
from state.desk import Draft, Drafting, Informed, draft_shape

RECENT = 40  # transactions a draft is given


async def draft(state: Informed) -> Drafting:
    """A reply that cites its policies; an action only where we know who asks, and only one of the specialist's."""
    index, chosen = await asyncio.to_thread(policy_index), await asyncio.to_thread(specialist, state["route"])
    data = {
        "message": state["message"],
        "route": state["route"],
        "policies": [
            {"id": each.policy_id, "title": each.title, "text": each.text} for each in index.passages(state["passages"])
        ],
        "customer": await _known(state["customer_id"]),
        "actions": chosen.actions,
    }
    instructions = f"{prompt(__file__)}\n{chosen.instructions}"
    said = await ask(chosen.model, draft_shape(chosen.actions), instructions, data)
    return {"draft": Draft(reply=said.reply, citations=said.citations, action=said.action)}


async def _known(customer_id: str | None) -> dict[str, Any] | None:
    """What the bank knows of who asks, as far as a clerk needs it; None for a stranger."""
    if customer_id is None:
        return None
    bank = await the_bank()
    try:
        customer = await bank.customer(customer_id)
    except UnknownCustomer:
        return None
    cards, accounts = await bank.cards(customer_id), await bank.accounts(customer_id)
    transactions = await bank.transactions(customer_id, RECENT)
    return {
        "name": customer.name,
        "cards": [card.model_dump(include={"card_id", "last4", "kind", "status", "daily_limit"}) for card in cards],
        "accounts": [
            account.model_dump(include={"account_id", "currency", "balance", "status"}) for account in accounts
        ],
        "transactions": [
            each.model_dump(include={"transaction_id", "at", "merchant", "amount", "kind", "status"})
            for each in transactions
        ],
    }
