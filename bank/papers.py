"""What a clerk has in front of them when drafting: the message, its policies, who asks, and what may be proposed."""

import asyncio
from typing import Any

from bank.clerk_view import account_rows, card_rows, transaction_rows
from bank.desk import the_bank
from bank.policy_index import policy_index
from bank.protocol import UnknownCustomer
from bank.specialists import specialist
from state.desk import Informed

RECENT = 40  # transactions a clerk is given


async def papers(state: Informed, *, whole: bool = False) -> dict[str, Any]:
    """The data block of a draft; `customer` is None for a stranger. `whole`: the policies found, not only passages."""
    return {
        "message": state["message"],
        "route": state["route"],
        "policies": await policies(state["passages"], whole=whole),
        "customer": await known(state["customer_id"]),
        "actions": specialist(state["route"]).actions,
    }


async def policies(passage_ids: list[str], *, whole: bool = False) -> list[dict[str, str]]:
    """Passages as a model is given them, each with its policy's id and title; `whole`: with all that stands beside."""
    index = await asyncio.to_thread(policy_index)
    found = index.passages(index.whole(passage_ids) if whole else passage_ids)
    return [{"id": each.policy_id, "title": each.title, "text": each.text} for each in found]


async def known(customer_id: str | None) -> dict[str, Any] | None:
    """What the bank knows of who asks, as far as a clerk needs it; None for a stranger."""
    if customer_id is None:
        return None
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
