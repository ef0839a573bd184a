"""The end of a letter: its closing formula, what stands below it, and what mail programs add."""

import re

from desk.text.history import Cut, Line, is_rule, lines_of
from desk.text.phrases import FORMAL_LINE, FRIENDLY_LINE, NAME_LINE

LONGEST_LINE = 90  # characters of a line in a signature
MOST_WORDS = 9
MOST_LINES = 12
DELIMITER = re.compile(r"\s*(?:--|\u2014|\u2013)\s*")
DEVICE = re.compile(
    r"\W*(?:(?:sent|written|typed|dictated|gesendet|envoy[ée]|enviado|inviato|verstuurd|verzonden|skickat|wysłano)"
    r" (?:from|via|using|with|by|on|mit|von|de|depuis|desde|da|dal|vanaf|från|z)"
    r"(?: (?:my|the|an?|meinem|mon|mi|mijn|min))?"
    r"|get|von meinem|download)"
    r" [^\n.!?]{0,40}?(?:iphone|ipad|ios|android|galaxy|phone|mobile|handset|smartphone|tablet|device|computer"
    r"|laptop|blackberry|outlook|gmail|yahoo|aol|hotmail|proton\w*|thunderbird|windows|mail|handy|app)\b[^\n]{0,50}",
    re.IGNORECASE,
)
PRODUCT = re.compile(
    r"\W*(?i:sent from|sent via|sent using|sent with)(?: (?i:my|the|an?))? [A-Z][\w()-]*(?: [\w()-]+){0,3}\W*"
)
MONEY = re.compile(r"\b(?:accounts?|savings?|cards?|bank|wallet)\b|\d{3}", re.IGNORECASE)
NOTICES = (
    "confidential",
    "privileged",
    "intended solely",
    "intended only",
    "intended recipient",
    "intended for the",
    "solely for",
    "unauthorised",
    "unauthorized",
    "disclos",
    "disseminat",
    "virus",
    "in error",
    "attachment",
    "notify the sender",
    "delete it",
    "this email",
    "this e-mail",
    "this message",
    "this communication",
    "environment",
    "before print",
    "before you print",
    "registered in",
    "registered office",
    "registered number",
    "views expressed",
    "views or opinions",
    "outside the organi",
    "outside of the organi",
    "outside your organi",
    "external email",
    "external sender",
    "often get email",
    "monitored",
    "data protection",
)
"""Words of disclaimers; a line with two of them is one."""
POSTSCRIPT = re.compile(r"\s*p\.?\s?p?\.?s\b[.:;,)\s-]", re.IGNORECASE)
REFERENCE = re.compile(
    r"\b(?:acc(?:oun)?t|a/c|card|ref(?:erence)?|case|ticket|customer|client|order|dispute|iban|sort code|transaction)\b"
    r"[^\n]{0,30}\d",
    re.IGNORECASE,
)
ASKS = re.compile(r"\?|\bmy\b|\bi\b|\bcan you\b|\bcould you\b")
"""Words that no disclaimer has."""
TELLS = re.compile(
    r"\?|\b(?:please|pls|can you|could you|will you|would you|i|i'm|i've|i'd|my|me|we|our|why|how|when|where|what"
    r"|want|need|also|cancel|block|freeze|refund|stolen|lost)\b",
    re.IGNORECASE,
)
"""Words with which a writer goes on after the signature."""


def signatures(text: str, start: int, end: int) -> list[Cut]:
    """Return the stretches of a writer's own part that sign it, and the notices and rules around it.

    What goes on below a signature (a postscript, a sentence that asks or tells, the number of an account) is kept.
    """
    lines = lines_of(text, start, end)
    cuts, at = list[Cut](), 0
    while at < len(lines):
        kind, after = _part(lines, at)
        if kind:
            cuts.append(Cut(lines[at].start, min(lines[after - 1].end, end), kind))
        at = after
    return cuts


def _part(lines: list[Line], at: int) -> tuple[str, int]:
    """Return what begins at a line and the number of the line behind it; an empty kind for what is kept."""
    line = lines[at]
    if DELIMITER.fullmatch(line.text[:LONGEST_LINE]) or _closes(lines, at):
        return "signature", _end_of_block(lines, at + 1)
    if is_rule(line.text):
        return "markup", at + 1
    if _is_device(line.text):
        return "signature", at + 1
    if _is_notice(line.text.lower()):
        return "disclaimer", at + 1
    return "", at + 1


def _is_notice(line: str) -> bool:
    """Return whether a line, in lower case, is a disclaimer, and no question or wish of the writer's."""
    found = sum(notice in line for notice in NOTICES)
    return found > 1 and not ASKS.search(line)


def _closes(lines: list[Line], at: int) -> bool:
    """Return whether a line closes the letter: a formal phrase, or a friendly one with a name, or nothing, below it."""
    line = lines[at].text
    if len(line) > LONGEST_LINE or not line.strip():
        return False
    if FORMAL_LINE.fullmatch(line):
        return True
    below = next((each.text for each in lines[at + 1 : at + 3] if not each.is_blank), "")
    return bool(FRIENDLY_LINE.fullmatch(line)) and (not below or bool(NAME_LINE.fullmatch(below[:LONGEST_LINE])))


def _end_of_block(lines: list[Line], at: int) -> int:
    """Return the number of the first line from `at` on that does not belong to a signature."""
    filled = 0
    while at < len(lines) and filled < MOST_LINES and _signs(lines[at].text):
        filled += not lines[at].is_blank
        at += 1
    return at


def _signs(line: str) -> bool:
    """Return whether a line below a closing formula can belong to the signature."""
    if not line.strip() or _is_device(line):
        return True
    if len(line) > LONGEST_LINE or len(line.split()) > MOST_WORDS or is_rule(line):
        return False
    return not (POSTSCRIPT.match(line) or REFERENCE.search(line) or TELLS.search(line))


def _is_device(line: str) -> bool:
    """Return whether a mail program wrote the line; "Sent from my current account" is a writer's."""
    if len(line) > LONGEST_LINE or MONEY.search(line):
        return False
    return bool(DEVICE.fullmatch(line) or PRODUCT.fullmatch(line))
