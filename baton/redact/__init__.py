"""Takes secrets and card numbers out of text before it is stored; `docs/masking.md` says which, and why not others."""

from baton.redact.cards import card_masks, holds_card_number
from baton.redact.optional import mask_also
from baton.redact.quick_look import signs_of
from baton.redact.rules import (
    redact,
    redact_answer,
    redact_error,
    redact_json,
    redact_numbers,
    redact_texts,
    sendable,
)
from baton.redact.secrets import hide

__all__ = [
    "card_masks",
    "hide",
    "holds_card_number",
    "mask_also",
    "redact",
    "redact_answer",
    "redact_error",
    "redact_json",
    "redact_numbers",
    "redact_texts",
    "sendable",
    "signs_of",
]
