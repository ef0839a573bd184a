"""The contract that every graph of the desk shares: an inquiry in, a resolution out; and the records between."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import AfterValidator, Field, create_model
from typing_extensions import TypedDict

from baton.records import Record
from baton.redact import redact
from desk.business import business
from desk.records import Action, Review, action_name, arguments

if TYPE_CHECKING:
    AnyAction = Action
else:
    AnyAction = Union[business().actions]  # noqa: UP007 - what is in it is known at run time only
"""One of the business's actions."""

LONGEST_MESSAGE = 16_384  # bytes; longer ones are not messages

Outcome = Literal["answered", "acted", "declined", "escalated"]
Confidence = Annotated[float, Field(ge=0, le=1)]


def _worth_reading(message: str) -> str:
    size = len(message.encode("utf-8", "surrogatepass"))
    if size > LONGEST_MESSAGE:
        raise ValueError(f"the message has {size:,} bytes; at most {LONGEST_MESSAGE:,} are taken")
    if not message.strip():
        raise ValueError("the message is empty")
    if "\0" in message or any("\ud800" <= letter <= "\udfff" for letter in message):
        raise ValueError("the message is not text")
    return redact(message)


Message = Annotated[str, AfterValidator(_worth_reading)]
"""A customer's text; card numbers and keys in it are masked as it comes in, so that nothing that is kept holds one."""


class Inquiry(TypedDict):
    """What a customer sends; one whom nobody names is not known."""

    message: Message
    customer_id: Annotated[str | None, Field(default=None)]


class RouteFields(TypedDict):
    """Where a message belongs; `confidence` is the calibrated probability of the route."""

    route: str
    confidence: Confidence


class RouteUpdate(RouteFields):
    """A tier's view of where a message belongs; `sure` says that its confidence reaches the run's `route_threshold`."""

    sure: bool


class RouteChoice(Record):
    """A model's view of where a message belongs."""

    route: str
    confidence: Confidence
    reason: str


class RoutedInput(Inquiry, RouteFields):
    """An inquiry that knows where it belongs."""


class TierInput(RoutedInput, RouteUpdate):
    """An inquiry with the view of the last tier that was asked."""


class RetrieveUpdate(TypedDict):
    """The ids of the policy passages that bear on an inquiry, best first."""

    passages: list[str]


class DraftInput(RoutedInput, RetrieveUpdate):
    """A routed inquiry with its policies."""


def _worth_sending(reply: str) -> str:
    if not reply.strip():
        raise ValueError("the reply is empty")
    return reply


Reply = Annotated[str, AfterValidator(_worth_sending)]


class Draft(Record):
    """What a model proposes: a reply with the policies it rests on, and at most one action."""

    reply: Reply
    citations: list[str]
    action: AnyAction | None


@cache
def draft_shape(allowed: tuple[str, ...]) -> type[Draft]:
    """A `Draft` that can propose the allowed actions and no others: what a model is not offered it cannot ask for."""
    kinds = tuple(kind for kind in business().actions if action_name(kind) in allowed)
    action: Any = Union[(*kinds, None)]
    return create_model("Draft", __base__=Draft, __module__=__name__, action=(action, ...))


def plain(said: Draft) -> Draft:
    """The draft as a `Draft`, whatever shape it was asked for in."""
    return Draft(reply=said.reply, citations=said.citations, action=said.action)


def citations_of(drafts: Iterable[Draft | None]) -> list[str]:
    """The policies that drafts rest on, each once, in the order in which they are cited."""
    return list(dict.fromkeys(name for each in drafts if each for name in each.citations))


class DraftUpdate(TypedDict):
    """What drafting writes."""

    draft: Draft


class ReviewUpdate(TypedDict):
    """What a check writes."""

    review: Review


class DraftedInput(DraftInput, DraftUpdate):
    """An informed inquiry with a draft."""


def _known_action(name: str) -> str:
    known = [action_name(kind) for kind in business().actions]
    if name not in known:
        raise ValueError(f"there is no action {name[:40]!r}; the desk knows {', '.join(known)}")
    return name


ActionName = Annotated[str, AfterValidator(_known_action)]
ActionStatus = Literal["done", "proposed", "rejected", "refused"]


class ActionTaken(Record):
    """An action in a resolution; `receipt` is the business's, None where it was only proposed."""

    name: ActionName
    args: dict[str, str]
    status: ActionStatus
    receipt: str | None


class Resolution(TypedDict):
    """What every graph ends with."""

    outcome: Outcome
    route: str
    confidence: Confidence
    reply: str
    citations: list[str]
    actions: list[ActionTaken]
    reason: str


class ResolutionUpdate(Resolution):
    """Written by the last step of a pattern, read by a graph that has the pattern as one of its steps.

    `has_result` is True where the pattern came to an answer, or to an action that it proposes; False where a person
    must find one.
    """

    has_result: bool


def proposed(draft: Draft | None, status: ActionStatus = "proposed") -> list[ActionTaken]:
    """The action of a draft as it stands where nobody has carried it out; none where there is none."""
    action = draft and draft.action
    return [ActionTaken(name=action.name, args=arguments(action), status=status, receipt=None)] if action else []


PROPOSED_ONLY = "an action is proposed that this graph does not do"
"""The reason of a resolution that ends with a proposal."""
