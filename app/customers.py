"""Which of the customers that messages name the bank does not know; asked before anything is queued."""

import asyncio
from collections.abc import Iterable

from baton.runtime.plumbing import Plumbing

AT_ONCE = 16


async def unknown_customers(plumbing: Plumbing, customer_ids: Iterable[str | None]) -> dict[str, str]:
    """The unknown ones, each with what the bank said.

    Raises:
        BankUnavailable: the bank does not answer.
    """
    from bank.desk import desk_bank
    from bank.protocol import UnknownCustomer

    asked = {customer for customer in customer_ids if customer}
    if not asked:
        return {}
    bank, turn, unknown = await plumbing.resource(desk_bank), asyncio.Semaphore(AT_ONCE), dict[str, str]()

    async def ask(customer: str) -> None:
        async with turn:
            try:
                await bank.customer(customer)
            except UnknownCustomer as error:
                unknown[customer] = str(error)

    await asyncio.gather(*map(ask, asked))
    return unknown
