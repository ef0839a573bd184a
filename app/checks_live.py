"""Checks that open something: each returns what it found, or raises with what is wrong."""

import asyncio
from typing import get_args

from bank.desk import desk_bank
from bank.protocol import UnknownCustomer
from baton import registry
from baton.errors import StorageError
from baton.home import database_file, make_home
from baton.settings import Role, Settings
from baton.sqlite_file import reading
from baton.wire import load_skills

NOBODY = "nobody"  # a customer that no bank has: the answer shows that it is a bank


def home_found(configured: Settings) -> str:  # noqa: ARG001 - all checks take the settings
    """The home, which is made if it is not there."""
    return str(make_home())


def database_found(configured: Settings) -> str:  # noqa: ARG001
    """The database's file and its runs by status."""
    path = database_file()
    with reading(path) as tx:
        told = tx.execute("PRAGMA quick_check(1)").fetchone()[0]
        if told != "ok":
            raise StorageError(f"{path} is damaged: {told}")
        rows = tx.execute("SELECT status, count(*) FROM runs GROUP BY status ORDER BY status").fetchall()
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in rows)
    return f"{path.name} is sound; runs: {counts or 'none'}"


def graphs_found(configured: Settings) -> str:  # noqa: ARG001
    """The graphs, all of them imported."""
    names = list(registry.entries())
    for name in names:
        registry.load(name)
    return ", ".join(names)


def skills_found(configured: Settings) -> str:
    """The local models that roles name, with how many records they answer."""
    names = {configured.model_of(role) for role in get_args(Role)}
    local = sorted(name.removeprefix("local:") for name in names if name.startswith("local:"))
    return ", ".join(f"{name} answers {len(load_skills(name))} shapes" for name in local) or "not used"


def bank_found(configured: Settings) -> str:
    """The bank that answers."""
    asyncio.run(_ask(configured))
    return configured.bank_url or "embedded, in the home"


async def _ask(configured: Settings) -> None:
    async with desk_bank(configured) as bank:
        try:
            await bank.customer(NOBODY)
        except UnknownCustomer:
            return
