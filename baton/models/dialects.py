"""Dialects: the form in which an endpoint takes a request for a record, and the next form where it refuses one.

Plain values and functions of them. What is known of an endpoint is found out by `baton.models.probing` and kept by
`baton.models.abilities`; a setting can fix each part by hand.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel

from baton.models.bounds import fit_answer
from baton.models.schemas import BOUNDS, Allowed, strict_schema, with_values, without_bounds

Form = Literal["strict", "schema", "json_object", "words"]
Cap = Literal["max_completion_tokens", "max_tokens"]
Thinking = Literal["field", "tags", "none"]
FORMS: tuple[Form, ...] = get_args(Form)
IN_SCHEMA: tuple[Form, ...] = ("strict", "schema")
IN_WORDS = "Answer with one JSON object of this schema, and nothing else:"
OF_SAMPLING = re.compile(r"\b(temperature|seed)\b", re.IGNORECASE)
OF_BOUNDS = re.compile(rf"\b({'|'.join(BOUNDS)})\b", re.IGNORECASE)
OF_CAP = re.compile(r"\bmax_(completion_)?tokens\b", re.IGNORECASE)
OF_FORM = re.compile(
    r"response_?format|json_?schema|json_?object|structured.?output|json.?mode|guided|grammar|\bschema\b|\bstrict\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one model of an endpoint takes, and what is known of its answers; None where nobody knows.

    `said` adds the schema in words beside the form, for an endpoint that takes a schema and does not keep to it;
    `context` is in tokens.
    """

    form: Form = "strict"
    bounds: bool = True
    cap: Cap = "max_completion_tokens"
    sampling: bool = True
    said: bool = False
    tools: bool | None = None
    usage: bool | None = None
    thinking: Thinking | None = None
    context: int | None = None

    def renders_as(self, other: "Dialect") -> bool:
        """Whether a request is the same in both, whatever else is known of the answers."""
        return replace(self, usage=None, thinking=None, tools=None, context=None) == replace(
            other, usage=None, thinking=None, tools=None, context=None
        )

    def as_object(self) -> dict[str, Any]:
        """The dialect as a JSON object."""
        return asdict(self)

    @classmethod
    def from_object(cls, parts: Mapping[str, Any]) -> Self:
        """The dialect of such an object, also of another version's: a part that this one does not know is left out."""
        return cls(**{each.name: parts[each.name] for each in fields(cls) if each.name in parts})


def parse_abilities(text: str) -> dict[str, Any]:
    """The parts of a dialect that a setting fixes, such as `form=json_object, bounds=no, context=8192`."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): _value(value.strip()) for name, _, value in pairs}


def _value(text: str) -> Any:
    return int(text) if text.isdecimal() else {"yes": True, "no": False}.get(text, text)


@lru_cache(maxsize=256)
def schema_of(
    shape: type[BaseModel], form: Form, *, bounds: bool, answer_tokens: int | None = None, allowed: Allowed = ()
) -> dict[str, Any]:
    """The JSON schema of a record in a form's dialect, made once; without `bounds` nothing in it bounds a value.

    With `answer_tokens` every text and list is bounded so that the longest answer fits so many; fields in `allowed` are
    held to the values there.

    Raises:
        Fatal: strict mode refuses the record; the message names the field.
    """
    whole = strict_schema(shape) if form in IN_SCHEMA else shape.model_json_schema()
    whole = with_values(whole, allowed) if allowed else whole
    if not bounds:
        bare: dict[str, Any] = without_bounds(whole)
        return bare
    return whole if answer_tokens is None else fit_answer(whole, answer_tokens)


@lru_cache(maxsize=256)
def response_format(
    shape: type[BaseModel], form: Form, *, bounds: bool, answer_tokens: int | None = None, allowed: Allowed = ()
) -> dict[str, Any] | None:
    """The `response_format` of a request for a record; None where the form has none."""
    if form == "words":
        return None
    if form == "json_object":
        return {"type": "json_object"}
    schema = schema_of(shape, form, bounds=bounds, answer_tokens=answer_tokens, allowed=allowed)
    named: dict[str, Any] = {"name": shape.__name__, "schema": schema}
    return {"type": "json_schema", "json_schema": {**named, "strict": True} if form == "strict" else named}


@lru_cache(maxsize=256)
def said_schema(shape: type[BaseModel], form: Form, *, said: bool, allowed: Allowed = ()) -> str:
    """The schema in words, for a form that does not carry it, or where it is to be `said` all the same; else empty."""
    if form in IN_SCHEMA and not said:
        return ""
    return f"{IN_WORDS}\n{json.dumps(schema_of(shape, 'words', bounds=True, allowed=allowed))}"


@lru_cache(maxsize=256)
def largest_schema(shape: type[BaseModel], allowed: Allowed = ()) -> int:
    """The bytes that a request for a record has at most beside its messages, whatever the form."""
    return max(
        len(json.dumps(response_format(shape, form, bounds=True, allowed=allowed)).encode())
        + len(said_schema(shape, form, said=True, allowed=allowed).encode())
        for form in FORMS
    )


def next_dialect(
    refused: Dialect, words: str, fixed: Collection[str] = (), tried: Collection[Dialect] = ()
) -> Dialect | None:
    """The dialect to try after an endpoint has refused one in these `words`; None where no other is left.

    What the words name is changed first; parts that are `fixed` by hand stay.
    """
    return next((each for each in _alternatives(refused, words, fixed) if each not in tried), None)


def names_a_part(words: str) -> bool:
    """Whether the words of a refusal name a part of the request's form."""
    return any(pattern.search(words) for pattern in (OF_SAMPLING, OF_BOUNDS, OF_CAP, OF_FORM))


def _alternatives(refused: Dialect, words: str, fixed: Collection[str]) -> Iterator[Dialect]:
    if OF_CAP.search(words) and "cap" not in fixed:
        yield _other_cap(refused)
    if OF_SAMPLING.search(words) and refused.sampling and "sampling" not in fixed:
        yield replace(refused, sampling=False)
    if OF_BOUNDS.search(words) and refused.bounds and "bounds" not in fixed:
        yield replace(refused, bounds=False)
    if "form" not in fixed:
        yield from (replace(refused, form=form) for form in FORMS[FORMS.index(refused.form) + 1 :])


def _other_cap(refused: Dialect) -> Dialect:
    other: Cap = "max_tokens" if refused.cap == "max_completion_tokens" else "max_completion_tokens"
    return replace(refused, cap=other)
