"""The records that the desk and its business exchange."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from textwrap import shorten
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AfterValidator, ValidationError, WithJsonSchema

from baton.records import Record

OTHER = "other"
"""The route of messages that are not for this desk: a person looks. Every business has it."""
POLICIES = "policies"
"""The worker of an investigation that searches the policies. Every business has it."""
ANY = "any"
"""What a claim without a verb of its own is about: "Done!", "it is all sorted". It fits whatever was done."""

LONGEST, SHORTEST, ROOM = 400, 40, 8_000  # characters of one quote, at most and at least, and of all
CUT, QUOTE = " …", re.compile("“([^”]*)”")  # the end of a shortened quote; a quote
_AMOUNT = re.compile(r"[0-9]{1,7}\.[0-9]{2}")
AMOUNT_SCHEMA = {"type": "string", "pattern": r"^\d{1,7}\.\d{2}$"}
"""The form of an amount in a JSON schema; a model is held to its pattern."""


def _positive_amount(text: str) -> str:
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f'{text[:20]!r} is not an amount: write digits, a point and two digits, such as "24.90"')
    if not text.strip("0."):
        raise ValueError("the amount must be greater than zero")
    return text


Amount = Annotated[
    str,
    AfterValidator(_positive_amount),
    WithJsonSchema({**AMOUNT_SCHEMA, "description": 'with two decimals, such as "24.90"'}),
]
"""A positive amount of money with two decimals."""
Row = dict[str, str]
"""One thing of a customer's as a clerk sees it: its fields with their values."""
Verdict = Literal["answer", "decline", "act", "ask_person", "escalate"]


class Action(Record):
    """An action of a business; each business has its own kinds, each with a `Literal` as its name.

    Models propose these records and people approve them, so they stand in strict JSON schemas: no defaults, no
    discriminator.
    """

    name: str


def arguments(action: Action) -> dict[str, str]:
    """Return the action's arguments without its name, as they are hashed, approved and sent."""
    return action.model_dump(exclude={"name"})


def in_words(action: Action) -> str:
    """Return an action with its arguments as code words it: "freeze card (card id K1)"."""
    values = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in arguments(action).items())
    return f"{action.name.replace('_', ' ')} ({values})"


def action_name(kind: type[Record]) -> str:
    """Return the name that actions, or tools, of a kind have."""
    [name] = get_args(kind.model_fields["name"].annotation)
    return str(name)


def action_kind(kinds: Iterable[type[Action]], name: str) -> type[Action]:
    """Return the kind of action of that name; raises ValueError with the names that there are."""
    kinds_by_name = {action_name(kind): kind for kind in kinds}
    if name not in kinds_by_name:
        raise ValueError(f"there is no action {name[:40]!r}; the desk knows {', '.join(kinds_by_name)}")
    return kinds_by_name[name]


def parse_action(kinds: Iterable[type[Action]], name: str, args: Mapping[str, Any]) -> Action:
    """Build the action of that name from its arguments; raises ValueError with the fault in one line."""
    kind = action_kind(kinds, name)
    if "name" in args:
        raise ValueError(f"{name} takes no argument 'name'")
    try:
        return kind.model_validate({**args, "name": name})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ascii(".".join(map(str, first["loc"])))[1:-1]
        raise ValueError(f"{name}: {field[:40]}: {first['msg'].removeprefix('Value error, ')}") from None


class Aside(Record):
    """A piece of a message that is not the request, with its text.

    Its kind is markup, quote, forward, signature, disclaimer, greeting, thanks, courtesy or small talk.
    """

    kind: str
    text: str


class Receipt(Record):
    """The business's word that an action was done; the same key always gets the same receipt."""

    receipt_id: str


class Review(Record):
    """The result of a check of a draft or an action: how to go on, and why."""

    verdict: Verdict
    reason: str


class Tool(Record):
    """A call of the agent's that reads the asking customer's own things; each has a `Literal` as its name."""

    name: str

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """Return the rows that the call asks for, of the customer's (`Service.customer`)."""
        raise NotImplementedError


class Finding(Record):
    """A worker's answer to a sub-task.

    `rows` are the customer's own things as a clerk sees them; `evidence` holds their ids, or those of policy passages,
    whose policies are the `citations`.
    """

    subtask: str
    summary: str
    rows: list[Row]
    evidence: list[str]
    citations: list[str]


class Assignment(Record):
    """One question for one worker, with the message that it is about; `given` are the findings that it builds on."""

    subtask: str
    question: str
    message: str
    customer_id: str | None
    route: str
    given: list[Finding]


class View(Record):
    """One voter: its name, the data that it sees beside the message, and its question."""

    name: str
    sees: tuple[Literal["customer", "topics"], ...]
    asks: str


class Criterion(Record):
    """One criterion of replies; the judge reads its text unchanged."""

    number: int
    name: str
    asks: str


class Specialist(Record):
    """The model, the actions that may be proposed and the instructions that drafts of a route are made with."""

    model: Literal["cheap", "strong"] = "strong"
    actions: tuple[str, ...] = ()
    instructions: str = ""


class Claim(NamedTuple):
    """The words of a reply that claim that something was done, and the actions that they may be about, or `ANY`."""

    words: str
    acts: frozenset[str]


class Wish(NamedTuple):
    """A customer's wish for an action: its name, and the sentence that says it."""

    action: str
    words: str


@dataclass(frozen=True, slots=True)
class RouteGuess:
    """A route with the router's calibrated confidence (0 to 1)."""

    route: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a policy; `passage_id` is the policy's id, a dot and a number."""

    passage_id: str
    policy_id: str
    number: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed texts that customers read where no draft is sent; a business may word each its own way."""

    refusal: str = (
        "We cannot do what you ask: {reason}. If you think that this is wrong, answer this message and a person will"
        " look."
    )
    passed_on: str = "Thank you for your message. We have passed on what you ask for; a colleague will see to it."
    request_passed_on: str = (
        "Thank you for your message. We have passed on what you ask for here, and a colleague will see to it: {request}"
    )
    holding: str = "Thank you for your message. A colleague will read it and answer you."
    the_rest: str = "A colleague will read the rest of your message and answer you."
    requests_left: str = "A colleague will look at the rest of your message and answer you: {requests}"
    done: str = "We have done this: {done}."
    edited: str = "Thank you for your message. A colleague looked at your request and we have done this: {done}."
    thing: str = "a thing"
    """The kinds of things that a customer has, with article: "a card, an account or a payment"."""
    own_names: frozenset[str] = field(default_factory=frozenset)
    """Words in lower case that a reply may call the business by."""

    def without(self, reply: str) -> str:
        """Return a reply without these texts: what is left are a model's words, or the customer's own."""
        values = (getattr(self, each.name) for each in fields(self))
        for text in (each for each in values if isinstance(each, str)):
            for sentence in text.partition("{")[0].split(". "):
                reply = reply.replace(sentence.strip(), "") if " " in sentence.strip() else reply
        return reply

    def refuse(self, reason: str) -> str:
        """Return the text that refuses an action, with the reason."""
        return self.refusal.format(reason=reason.rstrip("."))

    def leave(self, requests: Sequence[str]) -> list[str]:
        """Return the paragraph that leaves requests to a person, in the customer's words; none without a request."""
        return [self.requests_left.format(requests=quoted(requests))] if requests else []


def paragraphs(texts: Iterable[str]) -> str:
    """Return texts as paragraphs; an opening that all share stands in the first alone."""
    first, *others = texts
    opening = first.partition(". ")[0] + ". "
    return "\n\n".join([first, *(text.removeprefix(opening) for text in others)])


def quoted(requests: Sequence[str]) -> str:
    """Return requests in quotes, on one line, so that a text names them; every one is there, a long one shortened."""
    room = max(SHORTEST, min(LONGEST, ROOM // max(1, len(requests))))
    return ", ".join(f"“{shorten(each, room, placeholder=CUT) or each[:room]}”" for each in requests)


def unquoted(text: str, message: str) -> str:
    """Return a text without what `quoted` took of a message: what is left are not the customer's own words."""
    told = " ".join(message.split())
    return QUOTE.sub(lambda quote: "" if quote[1].removesuffix(CUT) in told else quote[0], text)


def values_of(rows: Iterable[Row]) -> list[str]:
    """Return every value in some rows."""
    return [value for row in rows for value in row.values()]


def customer_values(customer: Mapping[str, Any] | None) -> list[str]:
    """Return every value of a customer's things, as `Service.customer` returns them; empty for a stranger."""
    return values_of(row for things in (customer or {}).values() if isinstance(things, list) for row in things)


def amount_of(action: Action | None, fields: Iterable[str]) -> set[Decimal]:
    """Return the amounts in these fields of an action; empty without an action or without such fields."""
    values = (getattr(action, field, None) for field in fields)
    return {Decimal(value) for value in values if value}
