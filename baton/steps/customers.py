"""Refuses a call for a customer whom the project's business does not know, before a run begins."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from baton.config.settings import Settings
from baton.errors import UsageError
from baton.runtime.business import Business, load_business
from baton.runtime.resources import current_resources

CUSTOMER = "customer_id"


@asynccontextmanager
async def _business(_configured: Settings) -> AsyncIterator[Business]:
    """Load the business of the project, once and on a thread: files are read and code is imported."""
    yield await asyncio.to_thread(load_business)


async def refuse_unknown_customer(given: Any) -> None:
    """Ask the business of the project about the customer that an input names, if both are there.

    Raises:
        UsageError: the business does not know the customer.
    """
    customer = given.get(CUSTOMER) if isinstance(given, dict) else None
    if not (customer and isinstance(customer, str)):
        return
    resources = await current_resources()
    ask = (await resources.resource(_business)).unknown_customers
    for complaint in (await ask(resources, [customer]) if ask else {}).values():
        raise UsageError(complaint)
