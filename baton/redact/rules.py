"""Redacts texts and JSON texts: secrets replaced, card numbers masked, and the masks that a setting adds."""

import json
import re

from baton.redact.cards import mask_cards
from baton.redact.optional import mask_optional
from baton.redact.quick_look import STRING, may_hold_card, may_need_redaction, signs_of
from baton.redact.secrets import mask_secrets

TEXT = re.compile(STRING)
LITERAL = re.compile(STRING + r"|(?<![\d.eE+-])\d{13,19}(?![\d.eE])")
"""Of JSON text, the strings and the integers as long as a card number; never a part of a fraction."""


def redact(text: str) -> str:
    """`text` with API keys replaced and payment card numbers masked to their last four digits."""
    text = mask_secrets(text)
    if may_hold_card(text.encode("utf-8", "surrogatepass")):
        text = mask_cards(text)
    return mask_optional(text)


def sendable(text: str) -> str:
    """`text` without halves of surrogate pairs, which an error may quote and SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def redact_error(text: str) -> str:
    """An error's text, redacted, in a form that a row can hold."""
    return redact(sendable(text))


def redact_json(text: str) -> str:
    """JSON text redacted, and still JSON: strings are masked inside, and numbers become strings.

    For readers; a program would meet a string where it expects a number.
    """
    raw = text.encode("utf-8", "surrogatepass")
    return LITERAL.sub(_redact_literal, text) if may_need_redaction(raw, signs_of(raw)) else text


def redact_numbers(text: str) -> str:
    """JSON text whose strings were redacted already, with its numbers redacted too, as by `redact_json`."""
    return LITERAL.sub(_redact_literal, text) if may_hold_card(text.encode()) else text


def redact_texts(text: bytes, signs: bytes | None = None) -> bytes:
    """JSON text with its strings redacted, for programs: other values stay, so that it still fits its shape.

    The same object is returned where there is nothing to redact. `signs` are those of the text, where they are known.
    """
    if not may_need_redaction(text, signs_of(text) if signs is None else signs, texts_only=True):
        return text
    return TEXT.sub(_redact_literal, text.decode()).encode()


def redact_answer(text: str) -> str:
    """A model's answer redacted; of JSON the strings alone."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # a weak model may open brackets until its answer is cut
        return redact(text)
    return redact_texts(text.encode()).decode()


def _redact_literal(match: re.Match[str]) -> str:
    plain = str(json.loads(match.group()))
    clean = redact(plain)
    return match.group() if clean == plain else json.dumps(clean, ensure_ascii=False)
