"""What the desk needs of the business that it works for: one object, `DeskBusiness`, with three protocols.

    graphs > nodes > state -> business() -> the folder of one business (bank/)

Nothing else of a business is known above its folder. Which business it is says `business` in the project's file beside
this package (`baton.toml` or `[tool.baton]`), or the `baton.toml` of the folder that `BATON_BUSINESS` names.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from baton import Business, prompt
from baton.config.project import project_of
from baton.errors import BadSetting, BatonError
from baton.runtime.business import load_business_of
from desk.records import (
    Action,
    Assignment,
    Criterion,
    Finding,
    Passage,
    Receipt,
    Review,
    RouteGuess,
    Specialist,
    Tool,
    View,
    Wording,
)

FOLDER = Path(__file__).parents[1]
LongPath = Literal["investigate", "vote"]


class UnknownCustomer(BatonError):
    """Raised when the business has no such customer."""


class Refused(BatonError):
    """Raised when one of the business's rules forbids an action; `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Knowledge(Protocol):
    """What the desk knows: routes, who drafts for each, and the policies."""

    @property
    def is_loaded(self) -> bool:
        """Whether all that takes long was read, so that nothing here makes an event loop wait."""

    def load(self) -> None:
        """Read, or train, all that takes long; raises BadSetting where a file cannot be used."""

    @property
    def routes(self) -> Mapping[str, str]:
        """Every route by name with its definition in a sentence; `desk.records.OTHER` is one of them."""

    def specialist(self, route: str) -> Specialist:
        """Who drafts for a route."""

    def guess(self, message: str) -> RouteGuess:
        """The most probable route of a message."""

    def probabilities(self, message: str) -> dict[str, float]:
        """The probability of every route; they add up to 1."""

    def topics(self, message: str, most: int) -> dict[str, float]:
        """The most probable finer topics with their shares, the largest first."""

    def search(self, text: str, route: str, most: int = 4) -> list[str]:
        """Ids of the passages that fit best, best first, at most `most`."""

    def passages(self, passage_ids: Sequence[str], *, whole: bool = False) -> list[Passage]:
        """The passages of those ids, policy by policy; `whole`: every passage of their policies."""

    def in_force(self) -> set[str]:
        """The ids of all policies that hold today."""

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """All that some policies say."""


class Service(Protocol):
    """Who holds the customers' things and carries actions out."""

    @property
    def id_fields(self) -> Mapping[str, str]:
        """The kinds of things that a customer has, each with the field that tells them apart."""

    @property
    def amount_fields(self) -> Collection[str]:
        """The fields of actions that hold a sum of money."""

    @property
    def chosen_amount_fields(self) -> Collection[str]:
        """Those of them whose sum is the customer's own choice: it need not be found anywhere."""

    async def customer(self, customer_id: str) -> dict[str, Any] | None:
        """What a clerk sees of a customer: `name`, and a list of rows for each kind of thing; None for a stranger."""

    async def names_others(self, text: str, customer_id: str | None) -> bool:
        """Whether a text names things of somebody else's."""

    async def review(self, action: Action, message: str, customer_id: str) -> Review:
        """Whether the action may be done ("act"), asks a person, is declined by a rule, or is left to a person."""

    def exceeded_limit(self, action: Action) -> str | None:
        """The most that an ordinary reviewer may approve, where the action is for more; else None."""

    async def check(self, customer_id: str, action: Action) -> None:
        """Raise UnknownCustomer or Refused where `perform` would for a fresh key; changes nothing."""

    async def perform(self, customer_id: str, action: Action, *, key: str) -> Receipt:
        """Do the action once per key (1 to 255 printable ASCII characters) and return its receipt.

        The first outcome stands: the same key and arguments give the same receipt or the same refusal again.

        Raises:
            UnknownCustomer, Refused: nothing was done.
        """


class Reader(Protocol):
    """Reads money, days and names in text, as the business's customers write them."""

    def amounts(self, text: str) -> set[Decimal]:
        """Every amount that a text names in the business's currency."""

    def amounts_meant(self, quote: str) -> set[Decimal]:
        """What a customer's words for an amount can mean: also a bare number, where no currency is named."""

    def without_foreign(self, text: str) -> str:
        """The text with a blank in place of every sum in another currency."""

    def days(self, text: str, today: date) -> set[date]:
        """Every day that a text names by number and month; without a year the last such day up to `today`."""

    def days_meant(self, quote: str, today: date) -> list[date]:
        """The days that a quote can mean, none after `today`, the likeliest first."""

    def names(self, text: str) -> list[str]:
        """The names of shops, companies and people in a text."""

    def words(self, text: str) -> set[str]:
        """The words of a text in lower case."""

    def claims_done(self, reply: str) -> bool:
        """Whether a reply says that the desk has acted."""


class Worker(NamedTuple):
    """Answers one question of an investigation, and only reads."""

    about: str
    """What a planner is told of it."""
    work: Callable[[Assignment, int], Awaitable[Finding]]
    """From an assignment, and how many policy passages an answer may name at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudVote:
    """The question that the voters answer, as far as it is the business's."""

    views: tuple[View, ...]
    route: str
    """Where a message belongs that they agree is fraud."""
    protect: Callable[[str, str], Awaitable[tuple[Action, str] | None]]
    """From message and customer id: the action that stops a fraud and what a reply says of it, where one is plain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBusiness(Business):
    """A business whose messages the graphs work; beside what the command line asks of any business."""

    about: str
    """What it is, as a prompt says it: "a retail bank"."""
    folder: Path
    """Where its `inbox.jsonl`, `datasets/` and `prompts/` lie."""
    actions: tuple[type[Action], ...]
    tools: tuple[type[Tool], ...] = ()
    knowledge: Callable[[], Knowledge]
    """Returns what the desk knows today, whether it is loaded or not."""
    service: Service
    reader: Reader
    criteria: tuple[Criterion, ...]
    workers: Mapping[str, Worker]
    fraud: FraudVote
    long_path: Callable[[str, str], LongPath | None] = lambda _message, _route: None
    """From message and route of a known customer: whether it is investigated or voted on, or neither."""
    wording: Wording = field(default_factory=Wording)


@cache
def business() -> DeskBusiness:
    """Return the business that the desk works for; loaded once per process.

    Raises:
        BadSetting: the project names none, or it has no actions.
    """
    found, file = load_business_of(FOLDER), project_of(FOLDER).file
    if not isinstance(found, DeskBusiness):
        raise BadSetting(f"{file}: the business is no desk.business.DeskBusiness; see docs/your-business.md")
    if not found.actions:
        raise BadSetting(f"{file}: the business has no actions")
    return found


async def knowledge() -> Knowledge:
    """Return what the desk knows, from inside a node; the loop does not wait while it is loaded for the first time.

    Raises:
        BadSetting: the routes or the policies cannot be used.
    """
    found = business().knowledge()
    if not found.is_loaded:
        await asyncio.to_thread(found.load)
    return found


async def customer(customer_id: str | None) -> dict[str, Any] | None:
    """Return what a clerk sees of the customer; None for a stranger, or where nobody is named."""
    return None if customer_id is None else await business().service.customer(customer_id)


async def policies(passage_ids: Sequence[str], *, whole: bool = False) -> list[dict[str, str]]:
    """Return passages as a model is given them: `id`, `title` and `text` of each; `whole`: their whole policies."""
    found = (await knowledge()).passages(passage_ids, whole=whole)
    return [{"id": each.policy_id, "title": each.title, "text": each.text} for each in found]


async def draft_context(inquiry: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """Return what a clerk has in front of them when drafting, as the data block of a prompt.

    `inquiry` has `message`, `customer_id`, `route` and `passages`. `customer` is None for a stranger, `actions` are
    those that may be proposed; `whole`: the policies found, not only passages of them.
    """
    return {
        "message": inquiry["message"],
        "route": inquiry["route"],
        "policies": await policies(inquiry["passages"], whole=whole),
        "customer": await customer(inquiry["customer_id"]),
        "actions": (await knowledge()).specialist(inquiry["route"]).actions,
    }


def instructions(node_file: str) -> str:
    """Return the prompt beside a node, with what the business adds to it.

    `{business}` in it is replaced by what the business is, `{rules}` by the text of the same name in its `prompts/`.
    """
    added = business().folder / "prompts" / f"{Path(node_file).stem}.md"
    rules = added.read_text("utf-8").strip() if added.is_file() else ""
    return prompt(node_file).replace("{business}", business().about).replace("{rules}", rules)
