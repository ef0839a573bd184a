"""Whom a call is for: a customer whom the project's business does not know is refused before a run begins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from baton.config.settings import Settings
from baton.errors import UsageError
from baton.runtime.business import Business, load_business
from baton.runtime.plumbing import plumbing

CUSTOMER = "customer_id"


@asynccontextmanager
async def _business(_configured: Settings) -> AsyncIterator[Business]:
    """The business of the project, found once, and not on the event loop: files are read and code is imported."""
    yield await asyncio.to_thread(load_business)


async def refuse_unknown_customer(given: Any) -> None:
    """Ask the business of the project, where it has one, whether it knows the customer that an input names.

    Raises:
        UsageError: it does not.
    """
    customer = given.get(CUSTOMER) if isinstance(given, dict) else None
    if not (customer and isinstance(customer, str)):
        return
    opened = await plumbing()
    ask = (await opened.resource(_business)).unknown_customers
    for complaint in (await ask(opened, [customer]) if ask else {}).values():
        raise UsageError(complaint)
