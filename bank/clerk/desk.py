"""The connection of the desk to its bank: one for each process, opened at first use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bank.ledger.core import open_bank
from bank.ledger.protocol import Bank
from bank.settings import bank_settings
from baton.config.settings import Settings
from baton.runtime.active import resources_in_use

FILE = "bank.db"


@asynccontextmanager
async def desk_bank(settings: Settings) -> AsyncIterator[Bank]:
    """Open the bank at `BATON_BANK_URL`, or the embedded one in the home; close it at the end."""
    ours = bank_settings()
    bank = await open_bank(ours.bank_url, settings.home / FILE, timeout_s=ours.bank_timeout_s)
    try:
        yield bank
    finally:
        await bank.aclose()


async def the_bank() -> Bank:
    """Return the bank, from inside a node or where `with_resources` names it; the first call opens it.

    Raises:
        BankUnavailable, BadSetting, StorageError: it cannot be reached or opened.
    """
    return await resources_in_use().resource(desk_bank)
