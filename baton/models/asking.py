"""The one way to ask a model: reserve, call, parse, repair within bounds, settle."""

import asyncio
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

from langchain_core.exceptions import ModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from openai import OpenAIError
from pydantic import BaseModel, ValidationError

from baton.config.settings import Role
from baton.errors import BadAnswer, OverBudget, Transient, UsageError
from baton.models.budget import Offer, Reservation, Usage, credible_usage, record_budget_event, reserve_first
from baton.models.callbacks import skip_counting
from baton.models.endpoint_errors import classify_error, is_perhaps_billed
from baton.models.models import Models, cost_usd, models
from baton.models.schemas import response_format, schema_bytes
from baton.redact import redact_answer, sendable
from baton.runtime.active import ActiveRun, active_run

T = TypeVar("T", bound=BaseModel)
REPAIRS = 1  # times a model is shown its error and asked again
RETRY_AFTER_CAP_S = 30.0
LONGEST_ANSWER = 1_000_000  # characters; a longer one is no answer within any cap that we set
LEAST_COMPLETION = 64  # tokens; with fewer there is no answer worth asking for
CUT = "the answer was cut (length)"
GIVEN = "given"  # the role that is recorded for a chat model of the caller's own
IN_WORDS = "Answer with one JSON object of this schema, and nothing else:"
FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one call: its text, and the fault of an answer that is of no use as a whole (refused, cut, empty).

    `size` is the length of the model's answer in bytes; `usage` is as the endpoint reported it, which may be anything.
    """

    text: str = ""
    fault: str | None = None
    size: int = 0
    usage: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """One `ask`: the model of a role, looked up once, and the record that its answer must fit."""

    run: ActiveRun
    models: Models
    role: Role | BaseChatModel
    model: BaseChatModel
    shape: type[BaseModel]


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
    chat_models = await run.resources.resource(models)
    question = _Question(run, chat_models, role, await chat_models.of(role), shape)
    try:
        return await _ask_with_repair(question, shape, [SystemMessage(instructions), HumanMessage(data_block(data))])
    except OverBudget as error:
        if partial is None:
            raise
        record_budget_event(run, "partial", str(error))
        return partial()


def data_block(data: dict[str, Any]) -> str:
    """Data as one fenced JSON block that nothing inside it can close."""
    return f"```json\n{_without_backticks(json.dumps(data, ensure_ascii=False, default=str))}\n```"


@cache
def prompt(node_file: str) -> str:
    """The prompt beside a node: `prompt(__file__)` in `nodes/draft.py` reads `nodes/prompts/draft.md`."""
    node = Path(node_file)
    return (node.parent / "prompts" / f"{node.stem}.md").read_text("utf-8")


async def _ask_with_repair(question: _Question, shape: type[T], messages: list[BaseMessage]) -> T:
    """Ask until the answer fits `shape`, at most `REPAIRS` times again, and return the record.

    Raises:
        BadAnswer: the answer cannot be used as a whole, or the last one does not fit.
    """
    for repair in range(REPAIRS + 1):
        answer = await _paid_call(question, messages)
        if answer.fault:
            raise BadAnswer(answer.fault, answer.text)
        try:
            return shape.model_validate_json(answer.text)
        except ValidationError as error:
            if repair == REPAIRS:
                raise BadAnswer(_faults(error), answer.text) from error
            messages = [*messages, AIMessage(answer.text), HumanMessage(_repair_request(error))]
    raise AssertionError("unreachable")


async def _paid_call(question: _Question, messages: list[BaseMessage]) -> Answer:
    """Reserve the budget of one call, make it, settle it, and return its answer."""
    run, settings = question.run, question.run.resources.settings
    sent = sum(len(str(message.content).encode()) for message in messages)
    size = sent + schema_bytes(question.shape)
    reservation = await reserve_first(run, _offers(question, size, settings.max_completion_tokens))
    offer = reservation.offer
    try:
        model = await _model_of(question, offer)
        cap = offer.tokens - size
        form = response_format(question.shape, offer.model, cap)
        answer = await _send(model, messages, form, cap, settings.model_timeout_s)
    except BaseException as error:
        await settle_failed(reservation, error)
        raise
    usage = credible_usage(answer.usage, sent, answer.size)
    cost = cost_usd(offer.model, usage) if usage else None
    await reservation.settle(usage, cost, answer.fault, unknown=usage is None, doubted=answer.usage is not None)
    if answer.fault == CUT and offer.note:
        raise OverBudget(run.thread_id, size, None, f"{run.thread_id}: the budget held no whole answer ({offer.note})")
    return answer


async def _model_of(question: _Question, offer: Offer) -> BaseChatModel:
    """The question's own model, or the cheap one where the budget held only that."""
    return question.model if offer.note is None else await question.models.of("cheap")


async def settle_failed(reservation: Reservation, error: BaseException) -> None:
    """Settle a call that raised, and wait as long as the endpoint asks before it is tried again."""
    await reservation.settle(None, error=f"{type(error).__name__}: {error}", unknown=is_perhaps_billed(error))
    if isinstance(error, Transient) and error.retry_after:
        await asyncio.sleep(min(error.retry_after, RETRY_AFTER_CAP_S))


def _offers(question: _Question, size: int, cap: int) -> list[Offer]:
    """The ways to make a call of `size` bytes with at most `cap` tokens of answer, the wanted one first.

    Only the strong model is replaced: a judge or a classifier is asked because its own answer is wanted, and a note
    would not make another model's answer as good.
    """
    chat_models = question.models
    offers = [_offer(chat_models, question.role, size, cap)]
    if question.role != "strong":
        return offers
    caps = [cap >> times for times in range(cap.bit_length()) if cap >> times >= LEAST_COMPLETION]
    return [*offers, *(_offer(chat_models, "cheap", size, each, "in place of strong, over budget") for each in caps)]


def _offer(chat_models: Models, role: Role | BaseChatModel, size: int, cap: int, note: str | None = None) -> Offer:
    """An offer of one call; its `tokens` are an upper bound, since no text has more tokens than bytes."""
    name = chat_models.name(role)
    nanousd = math.ceil((cost_usd(name, Usage(size, cap)) or 0) * 1e9)
    whole_note = note and f"{note}: at most {cap} tokens of answer"
    return Offer(role if isinstance(role, str) else GIVEN, name, size + cap, nanousd, whole_note)


async def _send(
    model: BaseChatModel, messages: list[BaseMessage], form: dict[str, Any], cap: int, limit_s: float
) -> Answer:
    """Send one request, and return its answer, checked as a whole and redacted.

    The client's own timeout starts anew with every byte, so it is no limit to an answer that drips.

    Raises:
        Transient: there was no whole answer in time, or the endpoint could not be reached or asks to wait.
        Fatal: the endpoint refuses the request.
    """
    try:
        async with asyncio.timeout(limit_s):
            with skip_counting():
                message = await _invoke(model, messages, form, cap)
    except TimeoutError as error:
        raise Transient(f"no whole answer within {limit_s:g} s (BATON_MODEL_TIMEOUT_S); check the network") from error
    except (ModelError, OpenAIError) as error:
        raise classify_error(error) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Answer(fault=f"what the endpoint sent is no completion ({type(error).__name__}: {error})")
    text = sendable(without_fence(message.text))  # it may go back to the model
    written = text + sendable(str(message.additional_kwargs.get("refusal") or ""))
    answer = redact_answer(text[:LONGEST_ANSWER])
    return Answer(answer, _answer_fault(message), len(written.encode()), message.usage_metadata)


async def _invoke(model: BaseChatModel, messages: list[BaseMessage], form: dict[str, Any], cap: int) -> AIMessage:
    """Call the model, and return its message; a model that is not OpenAI's client gets the schema in words.

    Else the schema goes as `extra_body`: the SDK's own parsing would walk it again at each call, twice the call's cost.
    """
    if type(model).__module__.partition(".")[0] == "langchain_openai":
        options: Any = {"max_completion_tokens": cap, "extra_body": {"response_format": form}}
        return await model.ainvoke(messages, **options)
    schema = json.dumps(form["json_schema"]["schema"])
    return await model.ainvoke([*messages, HumanMessage(f"{IN_WORDS}\n{schema}")])


def without_fence(text: str) -> str:
    """An answer without the Markdown fence that some models put around JSON."""
    match = FENCED.fullmatch(text.strip())
    return match[1] if match else text


def _answer_fault(message: AIMessage) -> str | None:
    """Why an answer cannot be used as a whole; None where it can."""
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


def _repair_request(error: ValidationError) -> str:
    """The message that shows a model its error: quoted, for a validator's text may repeat a customer's."""
    faults = _without_backticks(json.dumps(_faults(error), ensure_ascii=False))
    return f"That does not fit the schema: {faults}. Answer again."


def _without_backticks(text: str) -> str:
    """JSON text with its backticks escaped, so that it can neither close a fenced block nor open one."""
    return text.replace("`", "\\u0060")


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
