"""The contract of every graph of the desk, an inquiry in and a resolution out, and the records that graphs share."""

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired, Union

from pydantic import AfterValidator, Field, create_model
from typing_extensions import TypedDict

from baton.records import Record
from baton.redact import redact
from desk.bounds import LONGEST_REPLY, Few, Id, Many, Quote, Sentence
from desk.business import business
from desk.records import Action, Aside, Review, action_kind, action_name, arguments

if TYPE_CHECKING:
    AnyAction = Action
else:
    AnyAction = Union[business().actions]  # noqa: UP007 - what is in it is known at run time only
"""Any action of the business."""

LONGEST_MESSAGE = 16_384  # bytes

Outcome = Literal["answered", "acted", "declined", "escalated"]
Confidence = Annotated[float, Field(ge=0, le=1)]


def _check_message(message: str) -> str:
    size = len(message.encode("utf-8", "surrogatepass"))
    if size > LONGEST_MESSAGE:
        raise ValueError(f"the message has {size:,} bytes; at most {LONGEST_MESSAGE:,} are taken")
    if not message.strip():
        raise ValueError("the message is empty")
    if "\0" in message or any("\ud800" <= letter <= "\udfff" for letter in message):
        raise ValueError("the message is not text")
    return redact(message)


Message = Annotated[str, AfterValidator(_check_message)]
"""A customer's text; card numbers and keys are masked at the entry, so that nothing stored holds one."""


class Inquiry(TypedDict):
    """The input of every graph: a customer's message; without a `customer_id` the sender is a stranger."""

    message: Message
    customer_id: Annotated[str | None, Field(default=None)]


class RequestFields(TypedDict):
    """The request of an inquiry: its message without what is not the request, in the customer's own letters."""

    request: str


class ReadUpdate(RequestFields):
    """Written by `read_message`; `asides` is what was set aside, `urgent` says in words why a person comes first."""

    asides: list[Aside]
    urgent: str | None


NOT_OWN = {"quote", "forward"}
"""The kinds of asides that the sender of a message may not have written."""


def own_words(request: str, asides: Iterable[Aside]) -> str:
    """Return a request with all that the customer wrote beside it: what is said in passing can take a wish back."""
    return "\n".join([request, *(each.text for each in asides if each.kind not in NOT_OWN)])


class ReadInput(Inquiry, RequestFields):
    """Read by nodes before routing: an inquiry with its request."""


class RouteFields(TypedDict):
    """The route of a message; `confidence` is its calibrated probability (0 to 1)."""

    route: str
    confidence: Confidence


class RouteUpdate(RouteFields):
    """Written by a tier of routing; `sure` is whether its confidence reaches the run's `route_threshold`."""

    sure: bool


class RouteChoice(Record):
    """A model's view of where a message belongs."""

    route: Id
    confidence: Confidence
    reason: Sentence


class RoutedInput(ReadInput, RouteFields):
    """Read by most nodes: an inquiry with its route."""


class TierInput(RoutedInput, RouteUpdate):
    """Read by routers: a routed inquiry with the last tier's view."""


class RetrieveUpdate(TypedDict):
    """Written by `retrieve`: the ids of the policy passages that bear on an inquiry, best first."""

    passages: list[str]


class DraftInput(RoutedInput, RetrieveUpdate):
    """Read by `draft`: a routed inquiry with its passages."""


def _check_reply(reply: str) -> str:
    if not reply.strip():
        raise ValueError("the reply is empty")
    return reply


Reply = Annotated[str, AfterValidator(_check_reply)]
BoundedReply = Annotated[Reply, Field(max_length=LONGEST_REPLY)]
"""A reply as a model writes it; what code puts together of several is longer."""


class Draft(Record):
    """What a model proposes: a reply with the policies it rests on, and at most one action."""

    reply: Reply
    citations: list[str]
    action: AnyAction | None


@cache
def draft_shape(actions: tuple[str, ...]) -> type[Draft]:
    """Return the kind of `Draft` that a model writes: bounded, and with these actions and no others to propose."""
    kinds = tuple(kind for kind in business().actions if action_name(kind) in actions)
    action: Any = Union[(*kinds, None)]
    fields: Any = {"reply": (BoundedReply, ...), "citations": (Few[Id], ...), "action": (action, ...)}
    return create_model("Draft", __base__=Draft, __module__=__name__, **fields)


def as_draft(draft: Draft) -> Draft:
    """Return a draft of any `draft_shape` as a `Draft`."""
    return Draft(reply=draft.reply, citations=draft.citations, action=draft.action)


def citations_of(drafts: Iterable[Draft | None]) -> list[str]:
    """Return the ids of the policies that drafts cite, each once, in the order in which they are cited."""
    return list(dict.fromkeys(name for each in drafts if each for name in each.citations))


class DraftUpdate(TypedDict):
    """Written by nodes that draft."""

    draft: Draft


class ReviewUpdate(TypedDict):
    """Written by nodes that check."""

    review: Review


class DraftedInput(DraftInput, DraftUpdate):
    """Read after drafting: a routed inquiry with its passages and its draft."""


class AnswerReview(Record):
    """A judge's view of a reply: the requests that it leaves open, in the customer's words.

    `confidence` is how sure the judge is that all the rest is answered.
    """

    open: Many[Quote]
    confidence: Confidence


class AnswerCheck(AnswerReview):
    """The judge's view as the desk takes it: `fault` says in words why the reply may not be sent, None where it may."""

    fault: str | None


class CheckAnswerInput(RequestFields):
    """Read by `check_answer`: a request with its draft and the review of it, or with the parts of its answer."""

    draft: NotRequired[Draft]
    parts: NotRequired[list[Draft]]
    asked: NotRequired[list[str]]
    review: NotRequired[Review]


class AnswerUpdate(TypedDict):
    """Written by `check_answer`."""

    answer: AnswerCheck


def _check_action_name(name: str) -> str:
    return action_name(action_kind(business().actions, name))


ActionName = Annotated[str, AfterValidator(_check_action_name)]
ActionStatus = Literal["done", "proposed", "rejected", "refused"]


class ActionTaken(Record):
    """An action in a resolution; `receipt` is the id of the business's receipt, None where it was not done."""

    name: ActionName
    args: dict[str, str]
    status: ActionStatus
    receipt: str | None


class ResolutionFields(TypedDict):
    """What the last step of every graph writes."""

    outcome: Outcome
    route: str
    confidence: Confidence
    reply: str
    citations: list[str]
    actions: list[ActionTaken]
    reason: str


class Resolution(ResolutionFields):
    """The output of every graph; its keys are a contract. `urgent` says why a person should look first, if so."""

    urgent: str | None


class ResolutionUpdate(ResolutionFields):
    """Written by the last step of a pattern, read by a graph that has the pattern as one of its steps.

    `has_result` is True where the pattern came to an answer, or to an action that it proposes; False where a person
    must find one.
    """

    has_result: bool


def proposed_actions(draft: Draft | None, status: ActionStatus = "proposed") -> list[ActionTaken]:
    """Return the draft's action in a list, without a receipt; empty where there is no draft or no action."""
    action = draft and draft.action
    return [ActionTaken(name=action.name, args=arguments(action), status=status, receipt=None)] if action else []


PROPOSED_ONLY = "an action is proposed that this graph does not do"
"""The reason of a resolution that ends with a proposal."""
