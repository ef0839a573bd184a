"""The quick look before the rules: signs of a secret, and enough digits for a card number.

It is taken at every step, and only where it finds something is the text read by the rules.
"""

import re

from baton.redact.cards import LEAST, holds_card_number
from baton.redact.optional import has_optional_masks
from baton.redact.secrets import KEY, hidden

BEFORE_UNDERSCORE = tuple(b"sk pk rk ls lsv2 gho ghp ghu ghs ghr github hf npm r8 whsec shpat dop".split())
BEFORE_DASH = tuple(b"sk pk ls ghp xapp glpat gldt glrt pypi sess xai pplx nvapi tvly GOCSPX".split())
SLACK = tuple(b"xox%c" % letter for letter in b"abcdefghijklmnopqrstuvwxyz")
PREFIXES = {b"_": (*BEFORE_UNDERSCORE, *SLACK), b"-": (*BEFORE_DASH, *SLACK)}
LAST_TWO = {joint: frozenset(prefix[-2:] for prefix in prefixes) for joint, prefixes in PREFIXES.items()}
"""The makers' prefixes before the `_` or the `-` of a key, and their last two letters."""

WORDS = tuple("passw passphrase pwd secret token authorization key".split())
ASSIGNS = re.compile(rb"(?:or)?d?(?:[\\\"'\s]|\\[nrt])*[=:]")
AFTER_BEARER = re.compile(rb"(?:\s|\\[nrt])+(?=[a-z._~+/-]*\d|\S{20})", re.IGNORECASE)
AFTER_BASIC = re.compile(rb"(?:\s|\\[nrt])+(?=[A-Za-z+/]*[0-9=+/]|[A-Za-z]+[A-Z])[A-Za-z0-9+/]{6}")
"""The words of `HEADER`, `BEARER`, `BASIC` and `ASSIGNED`, and the least that must follow them."""

PLAIN = b"abcdefghijklmnopqrstuvwxyz \n\",{}[]()'"
"""The bytes that are left out before the search for signs of secrets."""

DIGIT_BYTES = b"0123456789" + bytes({*range(0xD9, 0xF1)} - {0xE2})
"""The first bytes of every digit of every script in UTF-8; no £, € or typographic quote begins with one."""

NO_DIGITS = bytes({*range(256)} - {*DIGIT_BYTES})
AS_DIGITS = bytes(ord("0") if each in DIGIT_BYTES else ord("x") for each in range(256))
BETWEEN = b" \t\n\r\v\f.,-/\\_|*>;" + bytes({*range(0x80, 256)} - {*DIGIT_BYTES})
"""The bytes of `SEPARATOR`, and all that are not ASCII: the quick look may be wrong about them."""

ESCAPED = re.compile(rb"(?<!\\)\\++(?:u[0-9a-fA-F]{4}|[nrtvf]|x[0-9a-f]{2})")

STRING = r'"(?:[^"\\]|\\.)*"'
TEXTS = re.compile(STRING.encode())
ENOUGH = b"0" * LEAST


def signs_of(raw: bytes) -> bytes:
    """What JSON text has beside small letters and the like: all its digits, and the signs of secrets."""
    return raw.translate(None, PLAIN)


def may_need_redaction(raw: bytes, remains: bytes, *, texts_only: bool = False) -> bool:
    """Whether a part of JSON text may have to be redacted; wrong about a few texts, and about no secret.

    `remains` are its signs, by `signs_of`.
    """
    signs = remains.decode("latin-1")  # `in` is ten times as fast on text as on bytes
    return bool(
        has_optional_masks()
        or (hidden and any(each.encode() in raw for each in hidden))
        or ("_" in signs and _holds_key(raw, b"_"))
        or ("-" in signs and ("-----" in signs or _holds_key(raw, b"-")))
        or ("J" in signs and b"eyJ" in raw)
        or ("@" in signs and b"://" in raw)
        or ("A" in signs and ("AI" in signs or "AKIA" in signs or "ASIA" in signs))
        or "SG." in signs
        or _holds_word(raw, signs)
        or (_has_enough_digits(remains) and may_hold_card(raw) and _holds_card(raw, texts_only=texts_only))
    )


def may_hold_card(raw: bytes) -> bool:
    """Whether enough digits for a card follow each other, but for separators; fifty times as fast as the rules."""
    if not _has_enough_digits(raw):
        return False
    if b"\\" in raw:
        raw = ESCAPED.sub(b"0", raw)
    return ENOUGH in raw.translate(AS_DIGITS, BETWEEN)


def _has_enough_digits(raw: bytes) -> bool:
    return len(raw) >= LEAST and len(raw.translate(None, NO_DIGITS)) >= LEAST


def _holds_card(raw: bytes, *, texts_only: bool) -> bool:
    searched = b"x".join(TEXTS.findall(raw)) if texts_only else raw  # lists of measurements are full of digits
    return b"\\u" in raw or (may_hold_card(searched) and holds_card_number(_text(searched)))


def _holds_key(raw: bytes, joint: bytes) -> bool:
    pieces = raw.split(joint)
    if LAST_TWO[joint].isdisjoint([piece[-2:] for piece in pieces]):
        return False
    prefixes = PREFIXES[joint]
    return any(piece.endswith(prefixes) for piece in pieces[:-1]) and (
        b"\\u" in raw or KEY.search(_text(raw)) is not None
    )


def _holds_word(raw: bytes, signs: str) -> bool:
    """Whether a word such as `token` is followed by a value; most colons are JSON's own, after a quote."""
    small = raw.lower()
    lower = small.decode("latin-1")
    if "=" in signs or "\\" in signs or signs.count(":") > lower.count('":'):
        for word in WORDS:
            if word in lower and _follows(word, ASSIGNS, lower, small):
                return True
    return ("bearer" in lower and _follows("bearer", AFTER_BEARER, lower, raw)) or (
        "basic" in lower and _follows("basic", AFTER_BASIC, lower, raw)
    )


def _follows(word: str, rule: re.Pattern[bytes], lower: str, raw: bytes) -> bool:
    at = lower.find(word)
    while at >= 0:
        if rule.match(raw, at + len(word)):
            return True
        at = lower.find(word, at + 1)
    return False


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
