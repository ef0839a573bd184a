"""The one way to ask a model: reserve, call, parse, repair within bounds, settle."""

import asyncio
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from baton.config.settings import Role
from baton.errors import BadAnswer, Fatal, OverBudget, Refused, Transient, UsageError
from baton.models.access import Access, Endpoint
from baton.models.answers import Reading, read_record
from baton.models.budget import (
    Offer,
    Reservation,
    Usage,
    credible_usage,
    record_budget_event,
    reserve_first,
    usage_of_failure,
)
from baton.models.calls import CUT, Answer, Question, needs_words, send, send_in_turn
from baton.models.data_blocks import data_block, without_backticks
from baton.models.dialects import Cap, Dialect, largest_schema
from baton.models.endpoint_errors import is_perhaps_billed, reported_usage
from baton.models.exchanges import RECORDED_SECONDS
from baton.models.models import Models, cost_usd, models
from baton.models.pace import Turn
from baton.models.schemas import Allowed, allowed_values
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.runtime.step_clock import clock_stopped

T = TypeVar("T", bound=BaseModel)
REPAIRS = 1  # times a model is shown its error and asked again
RETRY_AFTER_CAP_S = 30.0
LEAST_COMPLETION = 64  # tokens; with fewer there is no answer worth asking for
TOKEN_BYTES = 6  # a guess at a token's length that is too long for nearly every text
PACED_S = 1.0  # a wait that is worth telling
GIVEN = "given"  # the role that is recorded for a chat model of the caller's own
PLAIN = "Say yes."
PLAIN_CAP = 16  # tokens


@dataclass(frozen=True, slots=True)
class _Asking(Generic[T]):
    """What one model is asked: that of a role, looked up once, and the record that its answer must fit, with values."""

    run: ActiveRun
    models: Models
    role: Role | BaseChatModel
    access: Access
    shape: type[T]
    allowed: Allowed


async def ask(
    role: Role | BaseChatModel,
    shape: type[T],
    instructions: str,
    data: dict[str, Any],
    *,
    allow: Mapping[str, Iterable[str | int]] | None = None,
    partial: Callable[[], T] | None = None,
) -> T:
    """Ask the model of a role, or a chat model of LangChain's, for one `shape`.

    `instructions` is our own text; everything a customer wrote belongs in `data`, which travels in one fenced block.
    `allow` gives, for fields by name, the values that there are for this question (the ids of the passages in `data`):
    the schema lists them, so that a model that is held to it invents none. One that is held to nothing still may, which
    is for the step to check.
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
    access, allowed = await chat_models.access(role, run.resources.database), allowed_values(shape, allow or {})
    asking = _Asking(run, chat_models, role, access, shape, allowed)
    try:
        return await _ask_with_repair(asking, [SystemMessage(instructions), HumanMessage(data_block(data))])
    except OverBudget as error:
        if partial is None:
            raise
        record_budget_event(run, "partial", str(error))
        return partial()


@cache
def prompt(node_file: str) -> str:
    """The prompt beside a node: `prompt(__file__)` in `nodes/draft.py` reads `nodes/prompts/draft.md`."""
    node = Path(node_file)
    return (node.parent / "prompts" / f"{node.stem}.md").read_text("utf-8")


async def _ask_with_repair(asking: _Asking[T], messages: list[BaseMessage]) -> T:
    """Ask until the answer fits the record, at most `REPAIRS` times again, and return the record.

    Raises:
        BadAnswer: the answer cannot be used as a whole, or the last one does not fit.
    """
    for repair in range(REPAIRS + 1):
        answer, reading, endpoint = await _paid_call(asking, messages)
        if answer.fault:
            raise BadAnswer(answer.fault, answer.text)
        if reading.error is None:
            return reading.found
        if repair == REPAIRS:
            raise BadAnswer(_faults(reading.error), answer.text) from reading.error
        if needs_words(answer.dialect, reading.error.errors(include_url=False)):
            endpoint.learn(replace(endpoint.dialect, said=True))
        messages = [*messages, AIMessage(answer.text), HumanMessage(_repair_request(reading.error))]
    raise AssertionError("unreachable")


async def _paid_call(asking: _Asking[T], messages: list[BaseMessage]) -> tuple[Answer, Reading[T], Endpoint]:
    """Reserve the budget of one call, make it, settle it, and return its answer, what stands in it, and who gave it."""
    run, settings = asking.run, asking.run.resources.settings
    sent = sum(len(str(message.content).encode()) for message in messages)
    _refuse_too_long(asking.access.endpoint.dialect, sent)
    size = sent + largest_schema(asking.shape, asking.allowed)
    reservation = await reserve_first(run, _offers(asking, size, settings.max_completion_tokens))
    offer, turn = reservation.offer, Turn(reservation.offer.tokens)
    try:
        asked = await _asked_of(asking, offer)
        cap, limit_s = offer.tokens - size, settings.answer_limit_s(offer.model)
        question = Question(asking.shape, messages, cap, limit_s, asking.allowed)
        answer = await _call(asked, question, turn)
    except BaseException as error:
        await settle_failed(reservation, error)
        raise
    reading = _read(asking.shape, answer)
    await _settle(reservation, asked.access, answer, sent, _notes(answer, reading, turn))
    if answer.fault and answer.fault.startswith(CUT) and offer.note:
        raise OverBudget(run.thread_id, size, None, f"{run.thread_id}: the budget held no whole answer ({offer.note})")
    return answer, reading, asked.access.endpoint


async def _call(asking: _Asking[T], question: Question, turn: Turn) -> Answer:
    """Make one call in the dialect and at the pace of its endpoint, and note what it shows of that."""

    async def in_form(dialect: Dialect) -> Answer:
        return await send_in_turn(asking.access, question, dialect, turn)

    async def plain(cap: Cap) -> bool:
        return await _takes_plain_question(asking, cap)

    try:
        with clock_stopped(for_answer=True):
            return await asking.access.endpoint.in_dialect(in_form, plain)
    finally:
        if turn.waited_s:
            asking.run.note_wait(current_step(asking.run).task_id, turn.waited_s)


async def _takes_plain_question(asking: _Asking[T], cap: Cap) -> bool:
    """Ask the plainest question within the run's budget; returns whether the endpoint takes it."""
    offer, settings = _offer(asking.models, asking.role, len(PLAIN), PLAIN_CAP), asking.run.resources.settings
    reservation = await reserve_first(asking.run, [replace(offer, note="asked plainly")])
    dialect = Dialect(form="words", cap=cap, sampling=False)
    question = Question(None, [HumanMessage(PLAIN)], PLAIN_CAP, settings.answer_limit_s(offer.model))
    try:
        answer = await send(asking.access, question, dialect)
    except Refused as error:
        await settle_failed(reservation, error)
        return False
    except BaseException as error:
        await settle_failed(reservation, error)
        raise
    await _settle(reservation, asking.access, replace(answer, fault=None), len(PLAIN), None)
    return True


def _read(shape: type[T], answer: Answer) -> Reading[T]:
    """What stands in an answer; an answer with a fault is not read."""
    return Reading(None, None) if answer.fault else read_record(shape, answer.text)


def _notes(answer: Answer, reading: Reading[T], turn: Turn) -> str | None:
    """What a reader should know of how an answer came and was read; None where there is nothing."""
    notes = [f"waited {turn.waited_s:.1f} s for its turn"] if turn.waited_s >= PACED_S else []
    if seconds := answer.headers.get(RECORDED_SECONDS):
        notes.append(f"a recorded answer, which took {seconds} s")
    if answer.from_thinking and reading.record is not None:
        notes.append("the answer stood in the field of the model's thinking")
    if reading.notes:
        notes.append(f"stripped from the answer: {', '.join(reading.notes)}")
    return "; ".join(notes) or None


async def _settle(reservation: Reservation, access: Access, answer: Answer, sent: int, note: str | None) -> None:
    """Settle a call that was answered, and note what its endpoint showed."""
    dialect, offer = access.endpoint.dialect, reservation.offer
    report = None if "usage" in access.endpoint.fixed and not dialect.usage else answer.usage
    usage = credible_usage(report, sent, answer.size)
    cost = cost_usd(offer.model, usage) if usage else None
    access.endpoint.observe(usage=usage is not None, thinking="field" if answer.thinking else None)
    doubted = report is not None
    await reservation.settle(usage, cost, answer.fault, note=note, unknown=usage is None, doubted=doubted)


def _refuse_too_long(dialect: Dialect, sent: int) -> None:
    """Refuse a prompt that the model's context cannot hold, where that is known.

    Raises:
        Fatal: it is too long, by the lowest count that its bytes allow.
    """
    least = sent // TOKEN_BYTES
    if dialect.context and least >= dialect.context:
        raise Fatal(
            f"the prompt has at least {least:,} tokens, and the model's context holds {dialect.context:,};"
            " shorten it, or take a model that holds more"
        )


async def _asked_of(asking: _Asking[T], offer: Offer) -> _Asking[T]:
    """What an offer asks: the wanted model, or the cheap one where the budget held only that."""
    if offer.note is None:
        return asking
    access = await asking.models.access("cheap", asking.run.resources.database)
    return replace(asking, role="cheap", access=access)


async def settle_failed(reservation: Reservation, error: BaseException) -> None:
    """Settle a call that raised, and wait as long as the endpoint asks before it is tried again."""
    usage = usage_of_failure(reported_usage(error))
    cost = cost_usd(reservation.offer.model, usage) if usage else None
    text = f"{type(error).__name__}: {error}"
    await reservation.settle(usage, cost, error=text, unknown=usage is None and is_perhaps_billed(error))
    if isinstance(error, Transient) and error.retry_after:
        with clock_stopped():
            await asyncio.sleep(min(error.retry_after, RETRY_AFTER_CAP_S))


def _offers(asking: _Asking[T], size: int, cap: int) -> list[Offer]:
    """The ways to make a call of `size` bytes with at most `cap` tokens of answer, the wanted one first.

    Only the strong model is replaced: a judge or a classifier is asked because its own answer is wanted, and a note
    would not make another model's answer as good.
    """
    chat_models = asking.models
    offers = [_offer(chat_models, asking.role, size, cap)]
    if asking.role != "strong":
        return offers
    caps = [cap >> times for times in range(cap.bit_length()) if cap >> times >= LEAST_COMPLETION]
    return [*offers, *(_offer(chat_models, "cheap", size, each, "in place of strong, over budget") for each in caps)]


def _offer(chat_models: Models, role: Role | BaseChatModel, size: int, cap: int, note: str | None = None) -> Offer:
    """An offer of one call; its `tokens` are an upper bound, since no text has more tokens than bytes."""
    name = chat_models.name(role)
    nanousd = math.ceil((cost_usd(name, Usage(size, cap)) or 0) * 1e9)
    whole_note = note and f"{note}: at most {cap} tokens of answer"
    return Offer(role if isinstance(role, str) else GIVEN, name, size + cap, nanousd, whole_note)


def _repair_request(error: ValidationError) -> str:
    """The message that shows a model its error: quoted, for a validator's text may repeat a customer's."""
    faults = without_backticks(json.dumps(_faults(error), ensure_ascii=False))
    return f"That does not fit the schema: {faults}. Answer again."


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
