"""Finds the record in a model's text: as it stands, else without what models and servers put around it.

A text that fits is taken as it is, so that a good answer costs nothing here. In any other, exactly one JSON object may
fit the record: once thinking at its start is gone, whatever fences, words or tokens of a template stand around it.
Where several fit, none is taken: the text may quote what a customer wrote.
"""

import json
import re
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

TAGGED = re.compile(
    r"\s*<(\w{0,40}(?:think|thought|reason|reflect|scratch)\w{0,40})\b[^<>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
BRACKETED = re.compile(r"\s*\[(think(?:ing)?|reasoning)\].*?\[/\1\]", re.DOTALL | re.IGNORECASE)
OPENED = re.compile(
    r"\s*(?:<\w{0,40}(?:think|thought|reason|scratch)\w{0,40}\b[^<>]*>|\[think(?:ing)?\])", re.IGNORECASE
)
CLOSED = re.compile(r"</\w{0,40}(?:think|thought|reason|scratch)\w{0,40}\s*>|\[/think(?:ing)?\]", re.IGNORECASE)
"""The names of tags are bounded: "thinkthinkthink..." without an end would take seconds."""

TOKEN = re.compile(
    r"<[|\uff5c][^<>|\uff5c]{1,40}[|\uff5c]>|</?s>|<(?:end|start)_of_turn>|<eos>|\[/?INST\]|<\|?im_(?:end|start)\|?>"
)
"""A token of a chat template that came through."""

FENCE = "```"
CONTROL = re.compile(r"[\x00-\x1f]")
MOST_OBJECTS = 200  # looked at in one text


class Reading(NamedTuple, Generic[T]):
    """What a text came to: the record, or the error that says why there is none; and what was stripped or repaired."""

    record: T | None
    error: ValidationError | None
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> T:
        """The record.

        Raises:
            LookupError: there is none.
        """
        if self.record is None:
            raise LookupError("the text holds no record")
        return self.record


def read_record(shape: type[T], text: str) -> Reading[T]:
    """Read the one record of that shape in a text."""
    try:
        return Reading(shape.model_validate_json(text), None)
    except ValidationError as error:
        return _read_within(shape, text, error)


def is_unfinished_thought(text: str) -> bool:
    """Whether a text begins with thinking that does not end: nothing in it is an answer."""
    return bool(OPENED.match(without_thinking(text)) and not CLOSED.search(text))


def without_thinking(text: str) -> str:
    """A text without the thinking at its start, which stands between tags or brackets."""
    while match := TAGGED.match(text) or BRACKETED.match(text):
        text = text[match.end() :]
    return text


def _read_within(shape: type[T], text: str, error: ValidationError) -> Reading[T]:
    """Read the record within a text that is not one as it stands, which `error` says."""
    answer, found = without_thinking(text), dict[str, tuple[T, str]]()
    faults = []
    for written in _objects(answer):
        try:
            record = shape.model_validate_json(_with_escaped_ends(written))
        except ValidationError as fault:
            faults.append(fault)
        else:
            found.setdefault(record.model_dump_json(), (record, written))
    if len(found) != 1:
        return Reading(None, error if found or not faults else faults[-1])
    [(record, written)] = found.values()
    return Reading(record, None, tuple(_stripped(text, answer, written)))


def _stripped(text: str, answer: str, written: str) -> Iterator[str]:
    """What was stripped from a text or repaired, in words."""
    before, _, after = text.partition(written)
    if answer != text or CLOSED.search(before):
        yield "thinking"
    if FENCE in before + after:
        yield "a fence"
    if TOKEN.search(before + after):
        yield "tokens of a template"
    around = CLOSED.split(TOKEN.sub("", f"{answer.partition(written)[0]}{after}").replace(f"{FENCE}json", ""))[-1]
    if around.replace(FENCE, "").strip():
        yield "words around it"
    if CONTROL.search(written.replace("\n", " ").replace("\r", " ")) or _with_escaped_ends(written) != written:
        yield "line ends inside its texts"


def _objects(text: str) -> Iterator[str]:
    """The JSON objects that stand in a text, as they are written, and not those within another."""
    decoder, at = json.JSONDecoder(strict=False), text.find("{")
    for _ in range(MOST_OBJECTS):
        if at < 0:
            return
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            yield text[at:end]
        at = text.find("{", end)


def _with_escaped_ends(written: str) -> str:
    """A JSON object whose texts hold raw line ends, with these escaped, which weak models forget."""
    try:
        json.loads(written)
    except ValueError:
        return json.dumps(json.loads(written, strict=False))
    return written
