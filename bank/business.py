"""The bank as the desk's business: its customers, its settings, and its checks in `baton doctor`."""

import asyncio
from collections.abc import Iterable

from bank.clerk.asked import doubt
from bank.clerk.desk import desk_bank
from bank.clerk.fraud import protect
from bank.clerk.service import BankService
from bank.clerk.tools import ListAccounts, ListCards, ListTransactions
from bank.clerk.triage import long_path
from bank.clerk.urgency import urgency
from bank.clerk.wishes import wishes
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
from desk.knowledge import kinds, router
from desk.records import Wording
from desk.tables import read_criteria, read_views

AT_ONCE = 16
NOBODY = "nobody"  # no bank has this customer: the right error shows that a bank answers


async def unknown_customers(resources: Resources, customers: Iterable[str | None]) -> dict[str, str]:
    """Return the customers that the bank does not know, each with the bank's message.

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
    """Read all routes and policies and return how many routes there are, in words."""
    knowledge().check()
    return f"each belongs to one of {len(knowledge().routes)} routes"


def check_bank() -> str:
    """Ask the bank for a customer and return its address in words.

    Raises:
        BankUnavailable, BadSetting, StorageError: it does not answer.
    """
    asyncio.run(_ask_bank())
    return bank_settings().bank_url or "embedded, in the home"


async def _ask_bank() -> None:
    async with desk_bank(settings()) as bank:
        try:
            await bank.customer(NOBODY)
        except UnknownCustomer:
            return


def slow_start() -> str | None:
    """Return the reason why the first message takes long, training the models; None where they are trained."""
    is_trained = all(any(home().glob(files)) for files in (router.FILES, kinds.FILES))
    return None if is_trained else "training the desk's models on its examples (once)"


def served_bank() -> str | None:
    """Return the bank that actions go to where that is not the embedded one, with the way out."""
    url = bank_settings().bank_url
    return f"the bank at {url} (unset BATON_BANK_URL for the embedded one)" if url else None


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
    urgency=urgency,
    wishes=wishes,
    doubt=doubt,
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
    acts_outside=served_bank,
)
