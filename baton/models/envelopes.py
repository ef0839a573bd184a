"""Reads the envelope around an answer as endpoints really send it, and puts right what a client could not read.

Endpoints that call themselves compatible put errors under status 200, leave out a role, count in texts, and put a
model's thinking into fields of their own. Here this is made what the protocol says, so that whoever asks finds one
form: an error comes with its status, a usage that cannot be read is none. Nothing is changed in the answer's text.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OK, BAD_GATEWAY = 200, 502
FAILURES = range(400, 600)
PARTS = ("prompt_tokens", "completion_tokens")
DETAILS = ("prompt_tokens_details", "completion_tokens_details")
THINKING_FIELD = re.compile("reason|think|thought", re.IGNORECASE)
BROKEN_OFF = {"error", "abort", "aborted", "cancelled", "canceled", "timeout", "insufficient_system_resource"}
"""Finish reasons that say: the endpoint failed while the model wrote."""

STATUS_OF_WORD = (
    (re.compile("auth|api.?key|credential", re.IGNORECASE), 401),
    (re.compile("permission|forbidden", re.IGNORECASE), 403),
    (re.compile("quota|rate.?limit|too.?many|exhausted|billing", re.IGNORECASE), 429),
    (re.compile("not.?found", re.IGNORECASE), 404),
    (re.compile("overload|unavailable|loading|capacity|busy|starting", re.IGNORECASE), 503),
    (re.compile("timeout|timed.?out|deadline", re.IGNORECASE), 504),
    (re.compile("invalid|bad.?request|unsupported|unprocessable", re.IGNORECASE), 400),
)
"""The status of an error that names none, by what its type or its words say; the first that fits."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A response as it is to be read: its status, its body, and what the model thought in a field of its own."""

    status: int
    body: bytes
    thinking: str = ""


def read_envelope(raw: bytes) -> Envelope:
    """Read the body of a response with status 200; what is no JSON object stays as it is."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return Envelope(OK, raw)
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict):
        return Envelope(OK, raw)
    if status := _failure_status(body):
        return Envelope(status, json.dumps(body).encode())
    changed = _repair_usage(body)
    choice = _first_choice(body)
    message = choice.get("message")
    if isinstance(message, dict) and not message.get("role"):
        message["role"], changed = "assistant", True
    thinking = thinking_in(message) if isinstance(message, dict) else ""
    return Envelope(OK, json.dumps(body).encode() if changed else raw, thinking)


def thinking_in(fields: Mapping[str, Any]) -> str:
    """The text in the first field whose name says that it holds a model's thinking; empty where there is none."""
    texts = (value for name, value in fields.items() if isinstance(value, str) and THINKING_FIELD.search(name))
    return next((text for text in texts if text.strip()), "")


def _failure_status(body: dict[str, Any]) -> int:
    """The status that a response should have had; 0 where it holds an answer, or nothing that says it failed."""
    choice = _first_choice(body)
    if choice.get("error") or str(choice.get("finish_reason")).lower() in BROKEN_OFF:
        body.setdefault("error", choice.get("error") or {"message": f"it broke off ({choice['finish_reason']})"})
        return _status_of(choice.get("error")) or BAD_GATEWAY
    if body.get("error"):
        return _status_of(body["error"]) or BAD_GATEWAY
    has_words = any(isinstance(body.get(name), str | list) and body[name] for name in ("message", "detail"))
    return (_status_of(body) or BAD_GATEWAY) if has_words and "choices" not in body else 0


def _status_of(error: Any) -> int:
    """The status that an error names, as a number or in words; 0 where it names none."""
    fields = error if isinstance(error, dict) else {"message": error}
    for name in ("code", "status", "status_code", "http_status"):
        text = str(fields.get(name))
        if text.isdecimal() and int(text) in FAILURES:
            return int(text)
    words = [str(fields[name]) for name in ("code", "status", "type", "message", "detail") if fields.get(name)]
    return next((status for word in words for pattern, status in STATUS_OF_WORD if pattern.search(word)), 0)


def _first_choice(body: Mapping[str, Any]) -> dict[str, Any]:
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _repair_usage(body: dict[str, Any]) -> bool:
    """Make a usage that a client could not read none; what it can read, and is wrong, is for `credible_usage`."""
    usage = body.get("usage")
    if usage is None:
        return False
    if not isinstance(usage, dict) or (usage.get("total_tokens") is None and len({*map(_kind, _parts(usage))}) > 1):
        body["usage"] = None
        return True
    odd = [name for name in DETAILS if usage.get(name) is not None and not isinstance(usage[name], dict)]
    for name in odd:
        usage[name] = None
    return bool(odd)


def _parts(usage: Mapping[str, Any]) -> list[Any]:
    return [usage[name] for name in PARTS if usage.get(name) is not None]


def _kind(count: object) -> type:
    """The kind of a count: a client adds the parts where there is no total, and numbers and texts cannot be added."""
    return float if isinstance(count, int | float) else type(count)
