"""The bank as the business of the command line: its customers, its settings, and what `baton doctor` checks of it."""

import asyncio
from collections.abc import Iterable

from bank.clerk.desk import desk_bank
from bank.clerk.fraud import protect
from bank.clerk.service import BankService
from bank.clerk.tools import ListAccounts, ListCards, ListTransactions
from bank.clerk.triage import long_path
from bank.clerk.workers import WORKERS
from bank.knowledge import FOLDER, knowledge
from bank.ledger.actions import ACTIONS
from bank.ledger.protocol import UnknownCustomer
from bank.settings import BankSettings, bank_settings
from bank.text.reader import BankReader
from baton import Check
from baton.config.home import home
from baton.config.settings import settings
from baton.runtime.resources import Resources
from desk.business import DeskBusiness, FraudVote
from desk.records import Wording
from desk.tables import read_criteria, read_views

AT_ONCE = 16
NOBODY = "nobody"  # a customer that no bank has: the answer shows that it is a bank


async def unknown_customers(resources: Resources, customers: Iterable[str | None]) -> dict[str, str]:
    """The customers that the bank does not know, each with what it said.

    Raises:
        BankUnavailable: the bank does not answer.
    """
    customer_ids = {each for each in customers if each}
    if not customer_ids:
        return {}
    bank, turn, unknown = await resources.resource(desk_bank), asyncio.Semaphore(AT_ONCE), dict[str, str]()

    async def ask(customer: str) -> None:
        async with turn:
            try:
                await bank.customer(customer)
            except UnknownCustomer as error:
                unknown[customer] = str(error)

    await asyncio.gather(*map(ask, customer_ids))
    return unknown


def check_policies() -> str:
    """The desk's routes and policies, all of them read."""
    knowledge().check()
    return f"each belongs to one of {len(knowledge().routes)} routes"


def check_bank() -> str:
    """The bank that answers."""
    asyncio.run(_ask_bank())
    return bank_settings().bank_url or "embedded, in the home"


async def _ask_bank() -> None:
    async with desk_bank(settings()) as bank:
        try:
            await bank.customer(NOBODY)
        except UnknownCustomer:
            return


def slow_start() -> str | None:
    """What takes long at the first message: the router is trained once."""
    return None if any(home().glob("router-*.arrays")) else "training the router on the desk's examples (once)"


BUSINESS = DeskBusiness(
    about="a retail bank",
    folder=FOLDER,
    actions=ACTIONS,
    tools=(ListTransactions, ListCards, ListAccounts),
    knowledge=knowledge,
    service=BankService(),
    reader=BankReader(),
    criteria=read_criteria(FOLDER / "criteria.toml"),
    workers=WORKERS,
    fraud=FraudVote(views=read_views(FOLDER / "views.toml"), route="security", protect=protect),
    long_path=long_path,
    wording=Wording(thing="a card, an account or a payment", own_names=frozenset({"harbour", "bank"})),
    unknown_customers=unknown_customers,
    checks=(
        Check(
            "policies",
            check_policies,
            "correct the files, or unset BATON_ROUTES and BATON_POLICIES for the sample ones",
        ),
        Check("bank", check_bank, "start it (baton bank serve), or unset BATON_BANK_URL for the embedded one"),
    ),
    settings=BankSettings,
    ready=lambda: knowledge().check(),
    preparation=slow_start,
)
