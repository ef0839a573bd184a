r"""Takes secrets and card numbers out of text before it is kept; `docs/masking.md` says which, and why not others.

A quick look comes first, for this is every step: marks that a secret holds, and enough digits for a card. Only where it
finds something is the text read again, by the rules.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

# --- secrets -------------------------------------------------------------------------------------------------

START = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt]))"  # of a word, also after an escape of JSON's or of `repr`
CHARS = r"[A-Za-z0-9_-]"
TAIL = rf"(?={CHARS}{{0,80}}\d|[A-Za-z0-9]{{16}}){CHARS}{{8,}}"
"""What follows a maker's mark; a word may too (`npm_lifecycle_event`), but has no digit."""

KEY = re.compile(
    rf"{START}(?:"
    rf"sk-{CHARS}{{8,}}"
    rf"|(?:[spr]k|ls|lsv2|gh[opusr]|github_pat|gsk|hf|npm|r8|whsec|shpat|dop_v1|xox[a-z])_{TAIL}"
    rf"|(?:pk|ls|ghp|xox[a-z]|xapp|glpat|gldt|glrt|pypi|sess|xai|pplx|nvapi|tvly|GOCSPX)-{TAIL}"
    rf"|A[KS]IA[A-Z0-9]{{12,}}|AIza{CHARS}{{20,}}|SG\.{CHARS}{{8,100}}\.{CHARS}{{8,}}"
    rf"|eyJ{CHARS}{{5,400}}(?:\.{CHARS}*){{1,4}})"  # a JSON web token
)
PEM = re.compile(r"-----BEGIN ([A-Z ]{0,20}PRIVATE KEY[A-Z ]{0,20})-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
IN_URL = re.compile(r"(://[^\s/@:\"'<>\\]*:)(?!\[secret\]@)[^\s/?#\"'<>\\]+(?=@)")
HEADER = re.compile(
    r"(authorization\\*[\"']?\s*[:=]\s*\\*[\"']?)(?:bearer|basic|token|digest|apikey)\s+(?!\[secret\])[^\s\"'\\,;<>]+",
    re.IGNORECASE,
)
BEARER = re.compile(START + r"bearer\s+(?=[a-z._~+/-]*\d|\S{20})[a-z0-9._~+/-]{8,}=*", re.IGNORECASE)
BASIC = re.compile(START + r"basic\s+([a-z0-9+/]{6,}={0,2})", re.IGNORECASE)
ASSIGNED = re.compile(
    r"((?P<name>passw(?:or)?d|pwd|passphrase|secret|token|authorization"
    r"|(?:api|access|account|private|secret|subscription)[-_ ]?key)\\*[\"']?\s*(?P<sign>[=:])\s*\\*[\"']?)"
    r"(?!(?:none|null|true|false|undefined|bearer|basic)\b)(?P<value>[^\s\"'\\&,;<>()\[\]{}$*]{4,})",
    re.IGNORECASE,
)
LEAST_TOLD = 6  # characters of a value after a colon

BEFORE_UNDERSCORE = tuple(b"sk pk rk ls lsv2 gho ghp ghu ghs ghr github hf npm r8 whsec shpat dop".split())
BEFORE_DASH = tuple(b"sk pk ls ghp xapp glpat gldt glrt pypi sess xai pplx nvapi tvly GOCSPX".split())
SLACK = tuple(b"xox%c" % letter for letter in b"abcdefghijklmnopqrstuvwxyz")
MARKS = {b"_": (*BEFORE_UNDERSCORE, *SLACK), b"-": (*BEFORE_DASH, *SLACK)}
LAST_TWO = {joint: frozenset(mark[-2:] for mark in marks) for joint, marks in MARKS.items()}
"""What stands before the `_` or the `-` of a key."""

WORDS = tuple(b"passw passphrase pwd secret token authorization key".split())
ASSIGNS = re.compile(rb"(?:or)?d?(?:[\\\"'\s]|\\[nrt])*[=:]")
AFTER_BEARER = re.compile(rb"(?:\s|\\[nrt])+(?=[a-z._~+/-]*\d|\S{20})", re.IGNORECASE)
AFTER_BASIC = re.compile(rb"(?:\s|\\[nrt])+(?=[A-Za-z+/]*[0-9=+/]|[A-Za-z]+[A-Z])[A-Za-z0-9+/]{6}")
"""The words of `HEADER`, `BEARER`, `BASIC` and `ASSIGNED`, and what must follow them at least."""

PLAIN = b"abcdefghijklmnopqrstuvwxyz \n\",{}[]()'"
"""What the quick look leaves out before it looks for signs."""

# --- card numbers --------------------------------------------------------------------------------------------

SEPARATOR = (
    r"(?:\\+u[0-9a-fA-F]{4}|\\+[nrtvf]|\\+x[0-9a-f]{2}"
    r"|[\s.,\-/\\_|*>;\u00ad\u00b7\u2010-\u2015\u2022\u200b-\u200d\u2060\u2212\ufeff])"
)
"""What may stand between groups of digits; as JSON and an error's `repr` write it, too."""

NUMBER = re.compile(
    r"(?<![\w-])(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{32})(?![\w-])"
    r"|\d(?:" + SEPARATOR + r"{0,4}\d){12,}"
)
"""Groups of digits, long enough for a card number; what follows it (its expiry) may join its groups.

Or the id of a run, a task or a question (RFC 9562, or 32 digits to the base 16): one UUID in four hundred holds digits
that would pass for a card's, and an id that is masked is found by nobody.
"""

IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d\d(?:[ \u00a0]?[A-Z0-9]){11,30}(?![0-9A-Za-z])")
HEX = re.compile(r"(?<![0-9A-Za-z])(?=\d*[a-fA-F])(?:[0-9a-f]+|[0-9A-F]+)(?![0-9A-Za-z])")
DIGEST = (32, 40, 56, 64, 96, 128)  # digits to the base 16

ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|220[0-5]|8600|9860|9792)\d{12}"  # Mastercard, Mir
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11}(?:\d\d)?"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6[0245]|8[12])\d{14,17}"  # Discover, UnionPay, RuPay
    r"|(?:50|5[6-8]|6[37])\d{11,17}"  # Maestro
)
"""How the numbers of the card schemes begin, and how long they are."""

DIGIT_BYTES = b"0123456789" + bytes({*range(0xD9, 0xF1)} - {0xE2})
"""Bytes of UTF-8 text, one of which begins every digit of every script; no £, € or typographic quote
begins with one."""

NO_DIGITS = bytes({*range(256)} - {*DIGIT_BYTES})
AS_DIGITS = bytes(ord("0") if each in DIGIT_BYTES else ord("x") for each in range(256))
BETWEEN = b" \t\n\r\v\f.,-/\\_|*>;" + bytes({*range(0x80, 256)} - {*DIGIT_BYTES})
"""Bytes of `SEPARATOR`; of all that is not ASCII, for a look that may be wrong."""

ESCAPED = re.compile(rb"\\+(?:u[0-9a-fA-F]{4}|[nrtvf]|x[0-9a-f]{2})")

STRING = r'"(?:[^"\\]|\\.)*"'
TEXT, TEXTS = re.compile(STRING), re.compile(STRING.encode())
LITERAL = re.compile(STRING + r"|(?<![\d.eE+-])\d{13,19}(?![\d.eE])")
"""Of JSON text, the strings and the integers as long as a card number; never a part of a fraction."""

MASKED_CARD = re.compile(r"\[card ending \d{4}\]")
LEAST, MOST = 13, 19  # digits of a card number
ENOUGH = b"0" * LEAST
GROUP = 4  # digits
LONGEST_PHONE = 15  # digits after a "+" (E.164)
CALLED = 14  # digits of a number that may be called
BEGUN = {(4, 6), (6, 4), (6, 6), (6, 10), (6, 13)}  # groups, beside those of four
DIGITS = re.compile(r"\d+")
FRACTION = re.compile(r"(?<![\d.])\d{1,4}\.\d{7,}(?![\d.])")
SHORTEST_SECRET = 8  # a shorter one would be found in the middle of words

# --- what a setting adds -------------------------------------------------------------------------------------

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.+-])(?:\+|0)(?:[ ().-]{0,2}\d){8,14}(?![\w-])")
PIN = re.compile(r"\b((?:pin|cvv2?|cvc2?|security code)(?:\W+(?:code|number|is))*\W{1,3})\d{3,8}\b", re.IGNORECASE)

_hidden: set[str] = set()
_more: tuple[str, ...] = ()


def hide(secret: str) -> None:
    """From now on, keep this very text out too: a key need not look like one, and an endpoint may repeat it."""
    if len(secret) >= SHORTEST_SECRET:
        _hidden.add(secret)


def mask_also(names: Iterable[str]) -> None:
    """From now on, mask these as well, and no others of `MORE`."""
    global _more  # noqa: PLW0603 - one process, one setting
    wanted = set(names)
    _more = tuple(name for name in MORE if name in wanted)


def redact(text: str) -> str:
    """`text` with API keys replaced and payment card numbers masked to their last four digits."""
    for secret in _hidden:
        text = text.replace(secret, "[secret]")
    text = BASIC.sub(_basic, BEARER.sub("[secret]", HEADER.sub(r"\1[secret]", text)))
    text = KEY.sub("[secret]", IN_URL.sub(r"\1[secret]", PEM.sub("[secret]", text)))
    text = ASSIGNED.sub(_assigned, text)
    if _may_hold_card(text.encode("utf-8", "surrogatepass")):
        text = _without_cards(text)
    for name in _more:
        text = MORE[name](text)
    return text


def sendable(text: str) -> str:
    """`text` without halves of surrogate pairs, which an error may quote and SQLite refuses."""
    return text.encode("utf-8", "replace").decode()


def redact_error(text: str) -> str:
    """An error's text as a row can hold it, and redacted."""
    return redact(sendable(text))


def redact_json(text: str) -> str:
    """JSON text redacted, and still JSON: masking changes the inside of strings, and turns numbers into strings.

    For what is looked at.
    """
    return LITERAL.sub(_literal, text) if _suspect(text.encode("utf-8", "surrogatepass")) else text


def redact_numbers(text: str) -> str:
    """JSON text whose strings were redacted already, as `redact_json` gives it: with the numbers as well."""
    return LITERAL.sub(_literal, text) if _may_hold_card(text.encode()) else text


def redact_texts(text: bytes) -> bytes:
    """JSON text with its strings redacted; what is no string stays, so that it fits the shape that it fitted.

    For what a program goes on with. The same object where there is nothing to redact.
    """
    return TEXT.sub(_literal, text.decode()).encode() if _suspect(text, texts_only=True) else text


def redact_answer(text: str) -> str:
    """What a model wrote, redacted: the strings in it where it is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return redact(text)
    return redact_texts(text.encode()).decode()


def masked_cards(text: str) -> set[str]:
    """The masks of card numbers in a text, each once: what a model wrote is masked before a gate sees it."""
    return set(MASKED_CARD.findall(text))


def holds_card_number(text: str) -> bool:
    """Whether a payment card number stands in `text`."""
    return any(True for _ in _spans(text))


# --- the quick look ------------------------------------------------------------------------------------------


def _suspect(raw: bytes, *, texts_only: bool = False) -> bool:
    """Whether anything in JSON text may have to be redacted; wrong about a few texts, and about no secret."""
    signs = raw.translate(None, PLAIN).decode("latin-1")  # `in` is ten times as fast on text as on bytes
    return bool(
        _more
        or (_hidden and any(each.encode() in raw for each in _hidden))
        or ("_" in signs and _holds_key(raw, b"_"))
        or ("-" in signs and ("-----" in signs or _holds_key(raw, b"-")))
        or ("J" in signs and b"eyJ" in raw)
        or ("@" in signs and b"://" in raw)
        or ("A" in signs and ("AI" in signs or "AKIA" in signs or "ASIA" in signs))
        or "SG." in signs
        or _holds_word(raw, signs)
        or (len(signs) >= LEAST and _may_hold_card(raw) and _holds_card(raw, texts_only=texts_only))
    )


def _may_hold_card(raw: bytes) -> bool:
    """Whether digits stand in a row, but for what may stand between; fifty times as fast as looking for numbers."""
    if len(raw.translate(None, NO_DIGITS)) < LEAST:
        return False
    if b"\\" in raw:
        raw = ESCAPED.sub(b"0", raw)
    return ENOUGH in raw.translate(AS_DIGITS, BETWEEN)


def _holds_card(raw: bytes, *, texts_only: bool) -> bool:
    looked_at = b"x".join(TEXTS.findall(raw)) if texts_only else raw  # lists of measurements are full of digits
    return b"\\u" in raw or (_may_hold_card(looked_at) and holds_card_number(_text(looked_at)))


def _holds_key(raw: bytes, joint: bytes) -> bool:
    pieces = raw.split(joint)
    if LAST_TWO[joint].isdisjoint([piece[-2:] for piece in pieces]):
        return False
    marks = MARKS[joint]
    return any(piece.endswith(marks) for piece in pieces[:-1]) and (b"\\u" in raw or KEY.search(_text(raw)) is not None)


def _holds_word(raw: bytes, signs: str) -> bool:
    """Whether a word is followed by what may be said of; most colons are JSON's own, after a quote."""
    lower = raw.lower()
    if "=" in signs or "\\" in signs or signs.count(":") > raw.count(b'":'):
        for word in WORDS:
            if _follows(word, ASSIGNS, lower, lower):
                return True
    return _follows(b"bearer", AFTER_BEARER, lower, raw) or _follows(b"basic", AFTER_BASIC, lower, raw)


def _follows(word: bytes, rule: re.Pattern[bytes], lower: bytes, raw: bytes) -> bool:
    at = lower.find(word)
    while at >= 0:
        if rule.match(raw, at + len(word)):
            return True
        at = lower.find(word, at + 1)
    return False


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


# --- the rules -----------------------------------------------------------------------------------------------


def _literal(match: re.Match[str]) -> str:
    plain = str(json.loads(match.group()))
    clean = redact(plain)
    return match.group() if clean == plain else json.dumps(clean, ensure_ascii=False)


def _basic(match: re.Match[str]) -> str:
    """A name and a password, as `Basic` sends them; the word is one of every day's."""
    try:
        said = b64decode(match[1] + "=" * (-len(match[1]) % 4), validate=True)
    except NotBase64:
        return match.group()
    return "[secret]" if b":" in said else match.group()


def _assigned(match: re.Match[str]) -> str:
    """After `=` nearly anything is a secret, and after a colon, which prose has too, what looks like no word."""
    value, is_password = match["value"], match["name"].lower().startswith("p")
    told = match["sign"] == "=" or (len(value) >= LEAST_TOLD and any(each.isdigit() for each in value))
    return f"{match[1]}[secret]" if told and (is_password or not value.isdigit()) else match.group()


def _without_cards(text: str) -> str:
    parts, done = [], 0
    for start, end in _spans(text):
        parts += [text[done:start], f"[card ending {_digits(text[start:end])[-4:]}]"]
        done = end
    return "".join([*parts, text[done:]])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in a text. Fractions, which a list of measurements is full of, are none."""
    if "." in text:
        text = FRACTION.sub(lambda fraction: "x" * len(fraction.group()), text)
    known = cache(lambda: [*_known(text)])
    for match in NUMBER.finditer(text):
        if not match["id"]:
            yield from _cards(text, match, known)


def _known(text: str) -> Iterator[tuple[int, int]]:
    """Where accounts and digests stand, whose digits would pass for a card's."""
    for match in IBAN.finditer(text):
        if is_iban(match.group()):
            yield match.span()
    for match in HEX.finditer(text):
        if len(match.group()) in DIGEST:
            yield match.span()


def _cards(text: str, match: re.Match[str], known: Callable[[], list[tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in groups of digits: whole groups, the longest that fits first, none twice."""
    groups = [each.span() for each in DIGITS.finditer(_unescaped(match.group()))]
    groups = [(start + match.start(), end + match.start()) for start, end in groups]
    first, called = 0, text[: match.start()].endswith("+")
    while first < len(groups):
        start, last, digits = groups[first][0], first, ""
        for index in range(first, min(first + MOST, len(groups))):
            digits += _digits(text[slice(*groups[index])])
            may_be = LEAST <= len(digits) <= MOST and not (called and first == 0 and len(digits) <= LONGEST_PHONE)
            if may_be and _is_card(digits) and _stand_together(text, groups, first, index + 1):
                end = groups[index][1]
                last = last if any(begun < end and start < over for begun, over in known()) else index + 1
        if last > first:
            yield start, groups[last - 1][1]
        first = max(last, first + 1)


def _unescaped(number: str) -> str:
    r"""As long as it was, and without the digits of `\u00a0`."""
    return re.sub(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-f]{2}", lambda match: " " * len(match.group()), number)


def _stand_together(text: str, groups: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    """Whether digits are grouped as a card number's are, and not as amounts, dates or telephone numbers in a row."""
    chosen = groups[first:last]
    sizes = [end - start for start, end in chosen]
    between = {text[before[1] : after[0]] for before, after in pairwise(chosen)}
    if all(end % GROUP == 0 for end in [*accumulate(sizes)][:-1]) or tuple(sizes[:2]) in BEGUN:
        return True
    is_whole = len(chosen) == len(groups) and sum(sizes) > CALLED
    return len(between) == 1 and (is_whole or (len({*sizes[:-1]}) == 1 and sizes[-1] <= sizes[0]))


def _is_card(digits: str) -> bool:
    return ISSUED.fullmatch(digits) is not None and _luhn(digits)


def _digits(number: str) -> str:
    """The digits of a text, of whatever script, as ASCII."""
    return "".join(str(int(character)) for character in number if character.isdecimal())


def _luhn(digits: str) -> bool:
    """The check sum that every card number carries (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - the standard's 9 and 10


def is_iban(text: str) -> bool:
    """Whether a text is an account's number, by its check digits (ISO 13616)."""
    account = "".join(text.split())
    return int("".join(str(int(each, 36)) for each in account[4:] + account[:4])) % 97 == 1


def _without_ibans(text: str) -> str:
    return IBAN.sub(
        lambda match: f"[iban ending {match.group()[-4:]}]" if is_iban(match.group()) else match.group(), text
    )


MORE: dict[str, Callable[[str], str]] = {
    "iban": _without_ibans,
    "email": lambda text: EMAIL.sub("[email]", text),
    "phone": lambda text: PHONE.sub("[phone]", text),
    "pin": lambda text: PIN.sub(r"\1[pin]", text),
}
"""What `BATON_MASK` may name."""
