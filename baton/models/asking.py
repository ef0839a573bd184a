"""The one way to ask a model: reserve, call, parse, repair within bounds, settle."""

import asyncio
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol
from langchain_core.exceptions import ModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from openai import OpenAIError, pydantic_function_tool
from pydantic import BaseModel, ValidationError

from baton.config.settings import Role
from baton.errors import BadAnswer, BadSetting, BatonError, Fatal, OverBudget, Transient, UsageError
from baton.models.budget import Offer, Usage, credible, reserve_first, tell
from baton.models.counted import reserved
from baton.models.models import Models, cost_usd, models
from baton.redact import redact_answer, sendable
from baton.runtime.active import ActiveRun, active_run

T = TypeVar("T", bound=BaseModel)
REPAIRS = 1  # times a model is shown its error and asked again
RETRY_AFTER_CAP_S = 30.0
LONGEST_ANSWER = 1_000_000  # characters; a longer one is no answer within any cap that we set
LEAST_COMPLETION = 64  # tokens; with fewer there is no answer worth asking for
CUT = "the answer was cut (length)"
GIVEN = "given"  # the role of a chat model that was given itself
IN_WORDS = "Answer with one JSON object of this schema, and nothing else:"
FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n```", re.DOTALL)
PASSING = (408, 409)  # a timeout and a conflict, which the endpoint's own SDK would try again
UNREACHED = (ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol)  # nothing was sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call: the text, and what is wrong with the answer as a whole (refused, cut, empty).

    `said` is what the model wrote, in bytes; `reported` the usage as the endpoint gave it, which may be anything.
    """

    text: str = ""
    fault: str | None = None
    said: int = 0
    reported: Mapping[str, Any] | None = None


async def ask(
    role: Role | BaseChatModel,
    shape: type[T],
    instructions: str,
    data: dict[str, Any],
    *,
    partial: Callable[[], T] | None = None,
) -> T:
    """Ask the model of a role, or a chat model of LangChain's, for one `shape`.

    `instructions` is our own text; everything a customer wrote belongs in `data`, which travels in one fenced block.
    Where the budget does not hold a call of the strong model, the cheap one is asked, if need be for a shorter answer;
    where it does not hold that either, the answer is what `partial` gives, if the step offers it.

    Raises:
        BadAnswer: no usable answer within the bounded repairs.
        OverBudget: the call may cost more than is left of the run's budget.
        Transient: the endpoint could not be reached or asks to wait.
        Fatal: the endpoint refuses the request.
        UsageError: there is no such role.
    """
    run = active_run()
    if not isinstance(role, BaseChatModel) and role not in get_args(Role):
        raise UsageError(f"no model has the role {role!r:.60}; give {', '.join(get_args(Role))}, or a chat model")
    try:
        return await _asked(run, role, shape, [SystemMessage(instructions), HumanMessage(fenced(data))])
    except OverBudget as refused:
        if partial is None:
            raise
        tell(run, "partial", str(refused))
        return partial()


def fenced(data: dict[str, Any]) -> str:
    """Data as one fenced JSON block that nothing inside it can close."""
    return f"```json\n{_unticked(json.dumps(data, ensure_ascii=False, default=str))}\n```"


@cache
def prompt(node_file: str) -> str:
    """The prompt beside a node: `prompt(__file__)` in `nodes/draft.py` reads `nodes/prompts/draft.md`."""
    node = Path(node_file)
    return (node.parent / "prompts" / f"{node.stem}.md").read_text("utf-8")


async def _asked(run: ActiveRun, role: Role | BaseChatModel, shape: type[T], messages: list[BaseMessage]) -> T:
    """The answer, after a bounded number of repairs."""
    known = await run.plumbing.resource(models)
    for repair in range(REPAIRS + 1):
        text, fault = await _call(run, known, role, shape, messages)
        if fault:
            raise BadAnswer(fault, text)
        try:
            return shape.model_validate_json(text)
        except ValidationError as error:
            if repair == REPAIRS:
                raise BadAnswer(_faults(error), text) from error
            messages = [*messages, AIMessage(text), HumanMessage(_told(error))]
    raise AssertionError("unreachable")


async def _call(
    run: ActiveRun, known: Models, role: Role | BaseChatModel, shape: type[BaseModel], messages: list[BaseMessage]
) -> tuple[str, str | None]:
    """One paid call: the answer's text, and what is wrong with the answer as a whole."""
    wanted, settings = _response_format(shape), run.plumbing.settings
    sent = sum(len(str(message.content).encode()) for message in messages)
    size = sent + _schema_bytes(shape)
    await known.of(role)
    reservation = await reserve_first(run, _offers(known, role, size, settings.max_completion_tokens))
    held = reservation.offer
    try:
        model = await known.of(role if isinstance(role, BaseChatModel) else cast("Role", held.role))
        answer = await _answer(model, messages, wanted, held.tokens - size, settings.model_timeout_s)
    except BaseException as error:
        await reservation.settle(None, error=f"{type(error).__name__}: {error}", unknown=_perhaps_billed(error))
        if isinstance(error, Transient) and error.retry_after:
            await asyncio.sleep(min(error.retry_after, RETRY_AFTER_CAP_S))
        raise
    usage = credible(answer.reported, sent, answer.said)
    cost = cost_usd(held.model, usage) if usage else None
    await reservation.settle(usage, cost, answer.fault, unknown=usage is None, doubted=answer.reported is not None)
    if answer.fault == CUT and held.note:
        raise OverBudget(run.thread_id, size, None, f"{run.thread_id}: the budget held no whole answer ({held.note})")
    return answer.text, answer.fault


def _offers(known: Models, role: Role | BaseChatModel, size: int, cap: int) -> list[Offer]:
    """The ways to make a call of `size` bytes, the wanted one first.

    Only the strong model is replaced: where a judge or a classifier was asked for, another one's word is no less of a
    guess for being noted as such.
    """
    offers = [_offer(known, role, size, cap)]
    if role != "strong":
        return offers
    shorter = [cap >> times for times in range(cap.bit_length()) if cap >> times >= LEAST_COMPLETION]
    return [*offers, *(_offer(known, "cheap", size, each, f"in place of {role}, over budget") for each in shorter)]


def _offer(known: Models, role: Role | BaseChatModel, size: int, cap: int, note: str | None = None) -> Offer:
    name = known.name(role)
    most = math.ceil((cost_usd(name, Usage(size, cap)) or 0) * 1e9)
    return Offer(
        role if isinstance(role, str) else GIVEN,
        name,
        size + cap,
        most,
        note and f"{note}: at most {cap} tokens of answer",
    )


async def _answer(
    model: BaseChatModel, messages: list[BaseMessage], wanted: dict[str, Any], cap: int, limit_s: float
) -> Answer:
    """What the model answered.

    The client's own timeout starts anew with every byte, so it is no limit to an answer that drips.
    """
    try:
        async with asyncio.timeout(limit_s):
            with reserved():
                message = await _said(model, messages, wanted, cap)
    except TimeoutError as error:
        raise Transient(f"no whole answer within {limit_s:g} s (BATON_MODEL_TIMEOUT_S); check the network") from error
    except (ModelError, OpenAIError) as error:
        raise _classified(error) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Answer(fault=f"what the endpoint sent is no completion ({type(error).__name__}: {error})")
    text = sendable(unfenced(message.text))  # it may go back to the model
    said = text + sendable(str(message.additional_kwargs.get("refusal") or ""))
    return Answer(redact_answer(text[:LONGEST_ANSWER]), _unusable(message), len(said.encode()), message.usage_metadata)


async def _said(model: BaseChatModel, messages: list[BaseMessage], wanted: dict[str, Any], cap: int) -> AIMessage:
    """The model's message. A model of somebody's own, which may speak any protocol, is given the schema in words.

    Else the schema goes as `extra_body`: the SDK's own parsing would walk it again at each call, twice the call's cost.
    """
    if type(model).__module__.partition(".")[0] == "langchain_openai":
        options: Any = {"max_completion_tokens": cap, "extra_body": {"response_format": wanted}}
        return await model.ainvoke(messages, **options)
    schema = json.dumps(wanted["json_schema"]["schema"])
    return await model.ainvoke([*messages, HumanMessage(f"{IN_WORDS}\n{schema}")])


def unfenced(text: str) -> str:
    """An answer without the Markdown fence that some models put around JSON."""
    found = FENCED.fullmatch(text.strip())
    return found[1] if found else text


def _unusable(message: AIMessage) -> str | None:
    """Why an answer is none, or None when it is one."""
    if refusal := message.additional_kwargs.get("refusal"):
        return f"the model refused: {refusal}"
    finish = message.response_metadata.get("finish_reason")
    if finish in ("length", "content_filter"):
        return CUT if finish == "length" else "the answer was cut (content_filter)"
    if message.tool_calls or message.invalid_tool_calls:
        return "the model called a tool, and was given none"
    if (size := len(message.text)) > LONGEST_ANSWER:
        return f"the answer has {size:,} characters; at most {LONGEST_ANSWER:,} are taken"
    return None if message.text.strip() else "the answer is empty"


def _classified(error: Exception) -> BatonError:
    """A provider's error as one of ours: worth trying again, or not."""
    if ours := next((cause for cause in _causes(error) if isinstance(cause, BatonError)), None):
        return ours
    told = f"the model endpoint failed ({type(error).__name__}): {str(error).splitlines()[0] if str(error) else ''}"
    code = getattr(error, "code", None)
    passing = getattr(error, "is_retryable", False) or getattr(error, "status_code", None) in PASSING
    if passing and code != "insufficient_quota":
        headers = getattr(getattr(error, "response", None), "headers", {})
        return Transient(f"{told} Check OPENAI_BASE_URL and the network.", _seconds(headers.get("retry-after")))
    return Fatal(f"{told} Check the model's name and OPENAI_API_KEY.")


def _perhaps_billed(error: BaseException) -> bool:
    """Whether the endpoint may have worked and billed although no answer came, as after a timeout."""
    causes = list(_causes(error))
    answered = any(getattr(each, "response", None) is not None for each in causes)
    return not answered and not any(isinstance(each, (*UNREACHED, BadSetting)) for each in causes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__


def _seconds(retry_after: str | None) -> float | None:
    """What a `Retry-After` asks for, a number or a date; None where our own backoff is as good."""
    try:
        seconds = float(retry_after or 0)
    except ValueError:
        seconds = _until(str(retry_after))
    return seconds if seconds > 0 else None  # nan is not


def _until(date: str) -> float:
    """Seconds until an HTTP date; 0 for what is none."""
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp() - time.time()  # HTTP dates are in GMT
    except (ValueError, OverflowError):
        return 0


@cache
def _response_format(shape: type[BaseModel]) -> dict[str, Any]:
    """The strict schema of a record, made once, by the SDK's public way to one."""
    schema = pydantic_function_tool(shape)["function"]["parameters"]
    return {"type": "json_schema", "json_schema": {"name": shape.__name__, "strict": True, "schema": schema}}


@cache
def _schema_bytes(shape: type[BaseModel]) -> int:
    return len(json.dumps(_response_format(shape)))


def _told(error: ValidationError) -> str:
    """What a model is shown of its error: quoted, for a record's own complaint may repeat what a customer wrote."""
    return f"That does not fit the schema: {_unticked(json.dumps(_faults(error), ensure_ascii=False))}. Answer again."


def _unticked(text: str) -> str:
    """JSON text without a backtick, so that it can neither close a fenced block nor open one."""
    return text.replace("`", "\\u0060")


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
