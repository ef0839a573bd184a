"""The interface between the desk and its business: one object, `DeskBusiness`, with three protocols.

    graphs > nodes > state -> business() -> the folder of one business (bank/)

Above its folder nothing else of a business is known. The project's file beside this package (`baton.toml` or
`[tool.baton]`) names the business, or `BATON_BUSINESS=FOLDER` names another one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
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
    OTHER,
    Action,
    Aside,
    Assignment,
    Claim,
    Criterion,
    Finding,
    Passage,
    Receipt,
    Review,
    RouteGuess,
    Row,
    Specialist,
    Tool,
    View,
    Wish,
    Wording,
    action_name,
)

FOLDER = Path(__file__).parents[1]
MOST_TOPICS, LEAST_SHARE = 3, 0.1  # of the topics that a prompt names
SHORTEST_NAME = 4  # characters of a value by which a request can mean a thing: the last digits of a card
LongPath = Literal["investigate", "vote"]


class UnknownCustomer(BatonError):
    """Raised when the business has no such customer."""


class Refused(BatonError):
    """Raised when one of the business's rules forbids an action; `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Knowledge(Protocol):
    """The knowledge of the desk: routes, their specialists, and the policies."""

    @property
    def is_loaded(self) -> bool:
        """Whether all slow files are read, so that no method here makes an event loop wait."""

    def load(self) -> None:
        """Read, or train, everything that is slow; raises BadSetting where a file cannot be used."""

    @property
    def routes(self) -> Mapping[str, str]:
        """Every route by name with its definition in a sentence; `desk.records.OTHER` is one of them."""

    def specialist(self, route: str) -> Specialist:
        """Return the specialist of a route."""

    def guess(self, message: str) -> RouteGuess:
        """Return the most probable route of a message."""

    def probabilities(self, message: str) -> dict[str, float]:
        """Return the probability of every route; they add up to 1."""

    def topics(self, message: str, most: int, route: str = "") -> dict[str, float]:
        """Return the most probable finer topics (`ROUTE/TOPIC`) with their shares, the largest first.

        Where the message has a route, the topics of others count little.
        """

    async def search(self, text: str, route: str, most: int = 4) -> list[str]:
        """Return at most `most` ids of passages that fit a text, best first."""

    def passages(self, passage_ids: Sequence[str], *, whole: bool = False) -> list[Passage]:
        """Return the passages of these ids, policy by policy; with `whole` every passage of their policies."""

    def in_force(self) -> set[str]:
        """Return the ids of all policies in force today."""

    def topics_of(self, policy_ids: Sequence[str]) -> set[str]:
        """Return the topics (without their routes) that these policies say they answer; empty where they say none."""

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """Return the full text of these policies."""


class Service(Protocol):
    """The system that holds the customers' things and performs actions."""

    @property
    def id_fields(self) -> Mapping[str, str]:
        """The kinds of things that a customer has, each with the field of their id."""

    @property
    def amount_fields(self) -> Collection[str]:
        """The fields of actions that hold an amount of money."""

    @property
    def chosen_amount_fields(self) -> Collection[str]:
        """Those of them whose amount the customer chooses: no finding has to confirm it."""

    async def customer(self, customer_id: str) -> dict[str, Any] | None:
        """Return a customer as a clerk sees them: `name`, and rows for each kind of thing; None for a stranger."""

    async def names_others(self, text: str, customer_id: str | None) -> bool:
        """Return whether a text names things that are not this customer's."""

    async def review(self, action: Action, message: str, customer_id: str) -> Review:
        """Return whether to perform the action ("act"), to ask a person, to decline it, or to escalate."""

    async def consequences(self, action: Action, customer_id: str) -> str | None:
        """Return what the action costs, cancels or makes final, in sentences for customer and reviewer; None for none.

        The price is named also where it is nothing, if it could be something. Raises what `check` raises.
        """

    def exceeded_limit(self, action: Action) -> str | None:
        """Return an ordinary reviewer's limit where the action exceeds it; else None."""

    async def check(self, customer_id: str, action: Action) -> None:
        """Raise UnknownCustomer or Refused where `perform` would for a fresh key; changes nothing."""

    async def perform(self, customer_id: str, action: Action, *, key: str) -> Receipt:
        """Do the action once per key (1 to 255 printable ASCII characters) and return its receipt.

        The first outcome stands: the same key and arguments give the same receipt or the same refusal again.

        Raises:
            UnknownCustomer, Refused: nothing was done.
        """


class Reader(Protocol):
    """Reads messages and replies in the language of the business's customers; nothing else here knows a language.

    All methods are quick and none asks a model: nodes call them in the event loop. Faults are in words, for people.
    """

    def set_aside(self, message: str, knowledge: Knowledge) -> tuple[str, list[Aside]]:
        """Return the request of a message, and what was set aside; the request is empty where nothing else is there.

        What is left stands in it letter for letter and in its order, so that gates can compare with it.
        """

    def requests(self, text: str, knowledge: Knowledge, *, doubted: bool = False) -> list[str]:
        """Return the separate requests of a text in its own letters and order; the whole text where there is one.

        `doubted` cuts also where a second one only may begin: for a person who looks, who is to overlook none.
        """

    def left_out(self, text: str, given: Sequence[str], knowledge: Knowledge) -> list[str]:
        """Return the requests of a text that none of those given holds: what somebody who split it forgot."""

    def denies(self, words: str) -> bool:
        """Return whether words deny what comes right behind them: "please do not"."""

    def amounts(self, text: str) -> set[Decimal]:
        """Return every amount that a text names in the business's currency."""

    def amounts_meant(self, quote: str) -> set[Decimal]:
        """Return the amounts that a customer's words can mean: also bare numbers, where no currency is named."""

    def without_foreign(self, text: str) -> str:
        """Return the text with a blank in place of every amount in another currency."""

    def days(self, text: str, today: date) -> set[date]:
        """Return every day that a text names by number and month; without a year the last such day up to `today`."""

    def days_meant(self, quote: str, today: date) -> list[date]:
        """Return the days up to `today` that a quote can mean, the likeliest first."""

    def names(self, text: str) -> list[str]:
        """Return the names of shops, companies and people in a text."""

    def words(self, text: str) -> set[str]:
        """Return the words of a text in lower case."""

    def claims(self, reply: str, sources: str) -> Sequence[Claim]:
        """Return what a reply claims was done for the customer; a sentence that stands in `sources` claims nothing."""

    def calls_free(self, reply: str) -> bool:
        """Return whether a reply says that something costs nothing."""

    def strange_contents(
        self, reply: str, sources: Collection[str], *, own: Collection[str] = (), names: Collection[str] = ()
    ) -> str | None:
        """Return in words what a reply holds that no source does and a customer could come to harm by, or None.

        That is a link, an address, a number to call or to pay to, markup, a character in disguise, a name, or a word
        on the desk's own approvals. `own` are the values of the customer's own things; each may stand in the reply.
        Whoever is named in a text of `names` may be named.
        """

    def tone_fault(self, reply: str) -> str | None:
        """Return in words how a reply fails in tone: it shouts, blames or promises; None where it does not."""


class Worker(NamedTuple):
    """Answers one question of an investigation, and only reads."""

    about: str
    """Its description for the planner."""
    work: Callable[[Assignment, int], Awaitable[Finding]]
    """Takes an assignment and the most policy passages that an answer may name; returns the finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FraudVote:
    """The business's part of the voters' question, and what follows from a yes."""

    views: tuple[View, ...]
    route: str
    """The route of a message that they agree is fraud."""
    protect: Callable[[str, str], Awaitable[tuple[Action, str] | None]]
    """Takes message and customer id; returns the action that stops a fraud and the reply's words on it, or None."""


async def _protect_nothing(_message: str, _customer_id: str) -> None:
    """Propose nothing."""


async def _no_doubt(_action: Action, _request: str, _customer_id: str) -> None:
    """Doubt nothing: the judge's model alone says whether an action is asked for."""


NO_VOTERS = FraudVote(views=(), route=OTHER, protect=_protect_nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBusiness(Business):
    """A business whose messages the graphs work; extends the `Business` of the command line."""

    about: str
    """Its description in prompts: "a retail bank"."""
    folder: Path
    """The folder of its `inbox.jsonl`, `datasets/` and `prompts/`."""
    actions: tuple[type[Action], ...]
    tools: tuple[type[Tool], ...] = ()
    knowledge: Callable[[], Knowledge]
    """Returns the desk's knowledge of today, loaded or not."""
    service: Service
    reader: Reader
    criteria: tuple[Criterion, ...] = ()
    workers: Mapping[str, Worker] = field(default_factory=dict)
    fraud: FraudVote = NO_VOTERS
    long_path: Callable[[str, str], LongPath | None] = lambda _message, _route: None
    """Takes message and route of a known customer; returns the long path that the message needs, or None."""
    urgency: Callable[[str], str | None] = lambda _request: None
    """Takes a request; returns in words why a person should look at it before others, or None."""
    wishes: Callable[[str], Sequence[Wish]] = lambda _request: ()
    """Takes a request; returns what it wishes of the actions. One that no draft proposes is left to a person."""
    doubt: Callable[[Any, str, str], Awaitable[str | None]] = _no_doubt
    """Takes an action, a request and a customer id; returns in words why the request may not ask for this action, on
    this thing, now and whole, or None."""
    wording: Wording = field(default_factory=Wording)
    acts_outside: Callable[[], str | None] = lambda: None
    """Returns where its actions go if that is not the home, with the way out: experiments must not act there."""


@cache
def business() -> DeskBusiness:
    """Return the business that the desk works for; loaded once per process.

    Raises:
        BadSetting: the project names none, or it has no actions.
    """
    project = project_of(FOLDER)
    candidate = load_business_of(project)
    if not isinstance(candidate, DeskBusiness):
        raise BadSetting(f"{project.file}: the business is no desk.business.DeskBusiness; see docs/your-business.md")
    if not candidate.actions:
        raise BadSetting(f"{project.file}: the business has no actions")
    return candidate


async def knowledge() -> Knowledge:
    """Return the desk's knowledge, loaded, from inside a node; the event loop does not wait for the first load.

    Raises:
        BadSetting: the routes or the policies cannot be used.
    """
    known = business().knowledge()
    if not known.is_loaded:
        await asyncio.to_thread(known.load)
    return known


async def customer(customer_id: str | None) -> dict[str, Any] | None:
    """Return the customer as a clerk sees them; None for a stranger, or without an id."""
    return None if customer_id is None else await business().service.customer(customer_id)


async def customer_for(customer_id: str | None, actions: Collection[str], request: str) -> dict[str, Any] | None:
    """Return a customer with the things that one of these actions can be about, or that a request names.

    A model needs no others to propose an action, and reads a short prompt better. None as in `customer`.
    """
    person, keys = await customer(customer_id), business().service.id_fields
    kinds = [kind for kind in business().actions if action_name(kind) in actions]
    wanted, said = {name for kind in kinds for name in kind.model_fields}, request.casefold()

    def is_meant(row: Row) -> bool:
        return any(str(value).casefold() in said for value in row.values() if len(str(value)) >= SHORTEST_NAME)

    return person and {
        name: [row for row in rows if is_meant(row)] if name in keys and keys[name] not in wanted else rows
        for name, rows in person.items()
    }


async def policies(passage_ids: Sequence[str], *, whole: bool = False) -> list[dict[str, str]]:
    """Return passages as a model reads them: `id`, `title` and `text` of each; with `whole` their whole policies."""
    passages = (await knowledge()).passages(passage_ids, whole=whole)
    return [{"id": each.policy_id, "title": each.title, "text": each.text} for each in passages]


def citable(given: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """Return what an answer may cite of the policies in its prompt, as `ask` takes it (`allow`)."""
    return {"citations": [each["id"] for each in given]}


async def topics(request: str, route: str) -> dict[str, float]:
    """Return what a routed request seems to be about, for a prompt: topics with their shares, the likeliest first."""
    shares = (await knowledge()).topics(request, MOST_TOPICS, route)
    return {name: round(share, 2) for name, share in shares.items() if share >= LEAST_SHARE}


async def draft_context(inquiry: Mapping[str, Any], actions: Collection[str]) -> dict[str, Any]:
    """Return the data block of a prompt that drafts; `actions` are the names of those that may be proposed.

    `inquiry` has `request`, `customer_id`, `route` and `passages`. In the block `customer` is None for a stranger, for
    whom no action may be proposed. The policies stand there whole, for what answers a question is not always the
    paragraph that a search finds it by. The message comes last, as in every prompt: weak models forget what stands far
    from their answer.
    """
    person = await customer_for(inquiry["customer_id"], actions, inquiry["request"])
    return {
        "route": inquiry["route"],
        "topics": await topics(inquiry["request"], inquiry["route"]),
        "policies": await policies(inquiry["passages"], whole=True),
        "customer": person,
        "actions": actions if person else (),
        "message": inquiry["request"],
    }


def instructions(node_file: str) -> str:
    """Return the prompt beside a node, completed with the business's words.

    `{business}` is replaced by the business's `about`, `{rules}` by the text of the same name in its `prompts/`.
    """
    rules = ""
    with suppress(FileNotFoundError):
        rules = (business().folder / "prompts" / f"{Path(node_file).stem}.md").read_text("utf-8").strip()
    return prompt(node_file).replace("{business}", business().about).replace("{rules}", rules)
