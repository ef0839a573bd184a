"""Finds and masks payment card numbers."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

SEPARATOR = (
    r"(?:\\++u[0-9a-fA-F]{4}|\\++[nrtvf]|\\++x[0-9a-f]{2}"
    r"|[\s.,\-/\\_|*>;\u00ad\u00b7\u2010-\u2015\u2022\u200b-\u200d\u2060\u2212\ufeff])"
)
"""The characters between groups of digits, also as JSON and an error's `repr` write them."""

GAP = r"(?>" + SEPARATOR + r"{0,4})"
"""What may stand between two digits. It is read in one way only: a run of backslashes could be read in many."""

NUMBER = re.compile(
    r"(?<![\w-])(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{32})(?![\w-])"
    r"|\d(?:" + GAP + r"\d){12,}"
)
"""Groups of digits, long enough for a card number; digits after it (its expiry) may join its groups.

Or the id of a run, a task or a question (RFC 9562, or 32 hexadecimal digits): one UUID in four hundred holds digits
that would pass for a card's, and an id that is masked cannot be looked up.
"""

IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d\d(?:[ \u00a0]?[A-Z0-9]){11,30}(?![0-9A-Za-z])")
HEX = re.compile(r"(?<![0-9A-Za-z])(?=\d*[a-fA-F])(?:[0-9a-f]+|[0-9A-F]+)(?![0-9A-Za-z])")
DIGEST = (32, 40, 56, 64, 96, 128)  # hexadecimal digits

ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720|220[0-5]|8600|9860|9792)\d{12}"  # Mastercard, Mir
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11}(?:\d\d)?"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6[0245]|8[12])\d{14,17}"  # Discover, UnionPay, RuPay
    r"|(?:50|5[6-8]|6[37])\d{11,17}"  # Maestro
)
"""The prefixes and lengths of the card schemes' numbers."""

MASKED_CARD = re.compile(r"\[card ending \d{4}\]")
LEAST, MOST = 13, 19  # digits of a card number
GROUP = 4  # digits
LONGEST_PHONE = 15  # digits after a "+" (E.164)
LONGEST_DIALLED = 14  # digits of a number that may be dialled
FIRST_GROUPS = {(4, 6), (6, 4), (6, 6), (6, 10), (6, 13)}  # the sizes of a card's first two groups, beside fours
DIGITS = re.compile(r"\d+")
FRACTION = re.compile(r"(?<![\d.])\d{1,4}\.\d{7,}(?![\d.])")
Span = tuple[int, int]


def card_masks(text: str) -> set[str]:
    """The masks of card numbers in a text, each once: a model's answer is masked before a gate sees it."""
    return set(MASKED_CARD.findall(text))


def holds_card_number(text: str) -> bool:
    """Whether a text holds a payment card number."""
    return any(True for _ in _spans(text))


def mask_cards(text: str) -> str:
    """`text` with every card number masked to its last four digits."""
    parts, end_before = [], 0
    for start, end in _spans(text):
        parts += [text[end_before:start], f"[card ending {_digits(text[start:end])[-4:]}]"]
        end_before = end
    return "".join([*parts, text[end_before:]])


def is_iban(text: str) -> bool:
    """Whether a text is an account number, by its check digits (ISO 13616)."""
    account = "".join(text.split())
    return int("".join(str(int(each, 36)) for each in account[4:] + account[:4])) % 97 == 1


def _spans(text: str) -> Iterator[Span]:
    """The spans of the card numbers in a text; digits of fractions, as in lists of measurements, are left out."""
    if "." in text:
        text = FRACTION.sub(lambda fraction: "x" * len(fraction.group()), text)
    other_numbers = cache(lambda: [*_other_numbers(text)])
    for match in NUMBER.finditer(text):
        if not match["id"]:
            yield from _cards(text, match, other_numbers)


def _other_numbers(text: str) -> Iterator[Span]:
    """The spans of accounts and digests, whose digits would pass for a card's."""
    for match in IBAN.finditer(text):
        if is_iban(match.group()):
            yield match.span()
    for match in HEX.finditer(text):
        if len(match.group()) in DIGEST:
            yield match.span()


def _cards(text: str, match: re.Match[str], other_numbers: Callable[[], list[Span]]) -> Iterator[Span]:
    """The spans of card numbers in groups of digits: whole groups, the longest that fits first, each group once."""
    groups = [each.span() for each in DIGITS.finditer(_without_escapes(match.group()))]
    groups = [(start + match.start(), end + match.start()) for start, end in groups]
    first, is_phone = 0, text.endswith("+", 0, match.start())
    while first < len(groups):
        start, last, digits = groups[first][0], first, ""
        for index in range(first, min(first + MOST, len(groups))):
            digits += _digits(text[slice(*groups[index])])
            may_be = LEAST <= len(digits) <= MOST and not (is_phone and first == 0 and len(digits) <= LONGEST_PHONE)
            if may_be and _is_card(digits) and _is_one_number(text, groups, first, index + 1):
                end = groups[index][1]
                last = last if any(left < end and start < right for left, right in other_numbers()) else index + 1
        if last > first:
            yield start, groups[last - 1][1]
        first = max(last, first + 1)


def _without_escapes(number: str) -> str:
    r"""`number` with its escapes, such as `\u00a0`, replaced by as many spaces: their digits are not its own."""
    return re.sub(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-f]{2}", lambda match: " " * len(match.group()), number)


def _is_one_number(text: str, groups: Sequence[Span], first: int, last: int) -> bool:
    """Whether digits are grouped as a card number's are, and not as amounts, dates or telephone numbers in a row."""
    chosen = groups[first:last]
    sizes = [end - start for start, end in chosen]
    separators = {text[before[1] : after[0]] for before, after in pairwise(chosen)}
    if all(end % GROUP == 0 for end in [*accumulate(sizes)][:-1]) or tuple(sizes[:2]) in FIRST_GROUPS:
        return True
    is_whole = len(chosen) == len(groups) and sum(sizes) > LONGEST_DIALLED
    return len(separators) == 1 and (is_whole or (len({*sizes[:-1]}) == 1 and sizes[-1] <= sizes[0]))


def _is_card(digits: str) -> bool:
    return ISSUED.fullmatch(digits) is not None and _luhn(digits)


def _digits(number: str) -> str:
    """The digits of a text, of any script, as ASCII."""
    return "".join(str(int(character)) for character in number if character.isdecimal())


def _luhn(digits: str) -> bool:
    """Whether the check sum that every card number has is right (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - the standard's 9 and 10
