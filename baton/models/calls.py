"""One request to a chat model: sent in its dialect and when its turn comes, its answer read and checked as a whole."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.exceptions import ModelError
from langchain_core.messages import AIMessage, BaseMessage
from openai import OpenAIError
from pydantic import BaseModel

from baton.errors import Transient
from baton.models.access import Access
from baton.models.answers import is_unfinished_thought
from baton.models.callbacks import skip_counting
from baton.models.dialects import IN_SCHEMA, Dialect, response_format, said_schema
from baton.models.endpoint_errors import classify_error
from baton.models.envelopes import thinking_in
from baton.models.exchanges import Exchange, watch_exchange
from baton.models.pace import Turn
from baton.models.schemas import Allowed
from baton.redact import redact_answer, sendable

LONGEST_ANSWER = 1_000_000  # characters; a longer one is no answer within any cap that we set
CUT = "the answer was cut (length)"
MORE_ROOM = "raise BATON_MAX_COMPLETION_TOKENS"
WHOLE = re.compile(
    r"(stop|end|eos|complete|finish|done|normal|tool_?calls?|function_?call|none|null)\w*", re.IGNORECASE
)
AT_LENGTH = re.compile(r"length|max_?\w*tokens|context_?window", re.IGNORECASE)
"""Finish reasons: of a whole answer, and of one that was cut at a length. Any other is none that we know to be good."""

OF_STRUCTURE = re.compile(r"^json_|^missing|^extra_|_type$|_parsing$")
"""The kinds of fault that no answer has whose decoder keeps to the schema; of the values it may still be wrong."""


FIRST = Dialect()


@dataclass(frozen=True, slots=True)
class Question:
    """What is sent: the messages, the cap of the answer, the limit of its time, and the record, if one is asked for.

    `allowed` are the values that fields of the record may have.
    """

    shape: type[BaseModel] | None
    messages: Sequence[BaseMessage]
    cap: int
    limit_s: float
    allowed: Allowed = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one call: its text, and the fault of an answer that is of no use as a whole (refused, cut, empty).

    `size` is the length of the model's answer in bytes; `usage` is as the endpoint reported it, which may be anything.
    `from_thinking` says that the answer stood where the model's thinking should; `dialect` is what was sent in.
    """

    text: str = ""
    fault: str | None = None
    size: int = 0
    usage: Mapping[str, Any] | None = None
    thinking: str = ""
    from_thinking: bool = False
    dialect: Dialect = FIRST
    headers: Mapping[str, str] = field(default_factory=dict)


async def send_in_turn(access: Access, question: Question, dialect: Dialect, turn: Turn) -> Answer:
    """Send one request when its turn comes, as often as the endpoint's pace asks for that; return its answer.

    Raises:
        Transient, Refused, Fatal: as `send`.
    """
    pace = access.endpoint.pace
    if pace is None:
        return await send(access, question, dialect)
    while True:
        try:
            async with pace.turn(turn):
                answer = await send(access, question, dialect)
        except Transient as error:
            if error.is_pace and await pace.note_refused(turn, error.retry_after, str(error)):
                continue
            if isinstance(error.__cause__, TimeoutError):
                pace.note_timeout()
            raise
        await pace.note_taken(turn, answer.headers)
        return answer


async def send(access: Access, question: Question, dialect: Dialect) -> Answer:
    """Send one request, and return its answer, checked as a whole and redacted.

    The client's own timeout starts anew with every byte, so it is no limit to an answer that drips.

    Raises:
        Transient: there was no whole answer in time, or the endpoint could not be reached or asks to wait.
        Refused, Fatal: the endpoint refuses the request, or it cannot be sent.
    """
    limit_s = question.limit_s
    try:
        async with asyncio.timeout(limit_s):
            with skip_counting(), watch_exchange(dialect) as exchange:
                message = await _invoke(access, question, dialect)
    except TimeoutError as error:
        advice = "take a smaller model" if access.endpoint.fits_answers else "check the network"
        raise Transient(f"no whole answer within {limit_s:g} s (BATON_MODEL_TIMEOUT_S); {advice}") from error
    except (ModelError, OpenAIError) as error:
        raise classify_error(error) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Answer(
            fault=f"what the endpoint sent is no completion ({type(error).__name__}: {error})", dialect=dialect
        )
    return _read(message, exchange, dialect)


def _read(message: AIMessage, exchange: Exchange, dialect: Dialect) -> Answer:
    """The answer in a message; where there is none, what stands in the field of its thinking may be it."""
    thinking = exchange.thinking or thinking_in(message.additional_kwargs)
    from_thinking = not message.text.strip() and bool(thinking) and "{" in thinking
    text = sendable(thinking if from_thinking else message.text)  # it may go back to the model
    written = text + sendable(str(message.additional_kwargs.get("refusal") or ""))
    return Answer(
        redact_answer(text[:LONGEST_ANSWER]),
        _fault(message, text, thinking),
        len(written.encode()),
        message.usage_metadata,
        thinking,
        from_thinking,
        dialect,
        exchange.headers,
    )


async def _invoke(access: Access, question: Question, dialect: Dialect) -> AIMessage:
    """Call the model in a dialect, and return its message.

    The schema goes as `extra_body`: the SDK's own parsing would walk it again at each call, twice the call's cost. It
    lists the values of one question where it holds bounds too: OpenAI takes none, and prepares each new schema first.
    """
    shape, messages = question.shape, [*question.messages]
    allowed = question.allowed if dialect.bounds else ()
    if shape and (said := said_schema(shape, dialect.form, said=dialect.said, allowed=allowed)):
        messages[-1] = _with_words(messages[-1], said)
    if not access.endpoint.takes_parameters:
        return await access.client.ainvoke(messages)
    body = {dialect.cap: question.cap, **(access.sampling if dialect.sampling else {})}
    fitted = question.cap if access.endpoint.fits_answers else None
    held = {"bounds": dialect.bounds, "answer_tokens": fitted, "allowed": allowed}
    if shape and (form := response_format(shape, dialect.form, **held)):
        body["response_format"] = form
    return await access.client.ainvoke(messages, extra_body=body)


def _with_words(message: BaseMessage, words: str) -> BaseMessage:
    """A message with words after its own; a message more could break the turns that some templates demand."""
    return message.model_copy(update={"content": f"{message.content}\n\n{words}"})


def _fault(message: AIMessage, text: str, thinking: str) -> str | None:
    """Why an answer cannot be used as a whole; None where it can."""
    if refusal := message.additional_kwargs.get("refusal"):
        return f"the model refused: {refusal}"
    finish = str(message.response_metadata.get("finish_reason") or "")
    if AT_LENGTH.search(finish):
        return f"{CUT}: the model was still thinking; {MORE_ROOM}" if thinking and not message.text.strip() else CUT
    if finish and not WHOLE.fullmatch(finish):
        return f"the answer was cut ({finish[:40]})"
    if message.tool_calls or message.invalid_tool_calls:
        return "the model called a tool, and was given none"
    return _fault_of_text(text, thinking)


def _fault_of_text(text: str, thinking: str) -> str | None:
    if (size := len(text)) > LONGEST_ANSWER:
        return f"the answer has {size:,} characters; at most {LONGEST_ANSWER:,} are taken"
    if is_unfinished_thought(text):
        return f"the answer ends in the model's thinking; {MORE_ROOM}"
    if text.strip():
        return None
    if not thinking.strip():
        return "the answer is empty"
    where = f"{len(thinking):,} characters stand in the field of the model's thinking"
    return f"the answer is empty, and {where}; {MORE_ROOM}, or start the server without its reasoning parser"


def needs_words(dialect: Dialect, faults: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an answer breaks a schema that its endpoint should keep to: then it is to be said in words as well."""
    is_of_structure = any(OF_STRUCTURE.search(str(fault["type"])) for fault in faults)
    return dialect.form in IN_SCHEMA and not dialect.said and is_of_structure
