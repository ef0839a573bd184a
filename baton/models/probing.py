"""Finds out, by a handful of small questions, what a model of an endpoint takes and how it answers.

Nothing is asked about in words: each question is one whose answer shows by itself whether a schema, a bound, a tool was
kept to. A run never waits for this; it learns the same from its own questions, where an endpoint refuses one.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from langchain_core.exceptions import ModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from openai import OpenAIError
from pydantic import Field

from baton.errors import BatonError, Refused
from baton.models.abilities import first_dialect
from baton.models.access import Access, Endpoint
from baton.models.answers import read_record
from baton.models.budget import credible_usage
from baton.models.calls import Answer, Question, needs_words, send
from baton.models.dialects import IN_SCHEMA, Cap, Dialect, Thinking
from baton.models.endpoint_errors import classify_error
from baton.records import Record

MOST_LETTERS = 5
ALPHABET = "Write the whole alphabet in small letters, in one line."
CALL_IT = "Call the tool `note` with the word yes."
NOTE = {
    "type": "function",
    "function": {
        "name": "note",
        "description": "Notes a word.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}
CONTEXT = re.compile(r"context|max_model_len|n_ctx|max_input_tokens", re.IGNORECASE)


class Bounded(Record):
    """The record that is asked for: a decoder that keeps to its bound stops before the alphabet is whole."""

    letters: str = Field(max_length=MOST_LETTERS)


class Unbounded(Record):
    """The same record, as it is read."""

    letters: str


async def probe(access: Access, cap: int, limit_s: float) -> Dialect:
    """Ask the model of an endpoint what it takes, keep that in the home, and return it.

    Raises:
        Transient: the endpoint could not be reached, or asks to wait.
        Refused, Fatal: it refuses every form, for instance because it does not know the model.
    """
    endpoint = access.endpoint
    dialect = replace(first_dialect(endpoint.address), **_by_hand(endpoint))
    trial = Access(access.client, replace(endpoint, dialect=dialect, negotiated_at=float("-inf")), access.sampling)
    question = Question(Bounded, [HumanMessage(ALPHABET)], cap, limit_s)

    async def plain(name: Cap) -> bool:
        return await _is_taken(trial, replace(question, shape=None), name)

    async def ask(form: Dialect) -> Answer:
        return await send(trial, question, form)

    answer = await trial.endpoint.in_dialect(ask, plain)
    found = replace(trial.endpoint.dialect, said=needs_words_too(answer))
    if found.said:
        answer = await send(trial, question, found)
    seen: dict[str, Any] = {
        "bounds": found.bounds and found.form in IN_SCHEMA and _keeps_bound(answer),
        "usage": credible_usage(answer.usage, len(ALPHABET), answer.size) is not None,
        "thinking": _thinking(answer),
        "tools": await _calls_tools(trial, found, cap),
        "context": await _context(access.client, endpoint.model),
    }
    found = replace(found, **{name: value for name, value in seen.items() if name not in endpoint.fixed})
    endpoint.learn(found, "probe")
    return found


def needs_words_too(answer: Answer) -> bool:
    """Whether an answer does not keep to the schema that its request carried."""
    error = read_record(Unbounded, answer.text).error
    return error is not None and needs_words(answer.dialect, error.errors(include_url=False))


def _by_hand(endpoint: Endpoint) -> dict[str, Any]:
    return {name: getattr(endpoint.dialect, name) for name in endpoint.fixed}


def _keeps_bound(answer: Answer) -> bool:
    record = read_record(Unbounded, answer.text).record
    return record is not None and len(record.letters) <= MOST_LETTERS


def _thinking(answer: Answer) -> Thinking:
    """Where an answer keeps what the model thought."""
    if answer.thinking:
        return "field"
    return "tags" if "thinking" in read_record(Unbounded, answer.text).notes else "none"


async def _is_taken(access: Access, question: Question, cap: Cap) -> bool:
    try:
        await send(access, question, Dialect(form="words", cap=cap, sampling=False))
    except Refused:
        return False
    return True


async def _calls_tools(access: Access, dialect: Dialect, cap: int) -> bool:
    """Whether the model calls a tool that it is given and told to call."""
    try:
        message = await access.client.ainvoke([HumanMessage(CALL_IT)], tools=[NOTE], extra_body={dialect.cap: cap})
    except (ModelError, OpenAIError) as error:
        refusal: BatonError = classify_error(error)
        if isinstance(refusal, Refused):
            return False
        raise refusal from error
    except (ValueError, TypeError, LookupError, AttributeError):  # what came is no completion
        return False
    return bool(message.tool_calls)


async def _context(client: BaseChatModel, model: str) -> int | None:
    """The context of a model in tokens, where the endpoint's list of models says it."""
    sdk: Any = getattr(client, "root_async_client", None)
    try:
        listed = [each.model_dump() async for each in sdk.models.list()]
    except Exception:  # noqa: BLE001 - a list that cannot be had in any way says nothing
        return None
    ours = [each for each in listed if each.get("id") == model] or (listed if len(listed) == 1 else [])
    return next((count for each in ours for count in _counts(each)), None)


def _counts(fields: Mapping[str, Any]) -> list[int]:
    """The numbers whose names say that they are a context, those of the fields before those inside them."""
    own = [value for name, value in fields.items() if CONTEXT.search(name) and isinstance(value, int) and value > 0]
    inner = [count for value in fields.values() if isinstance(value, Mapping) for count in _counts(value)]
    return [*own, *inner]
