"""The history in a message: the lines that quote or forward earlier mails, wherever they stand."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_ATTRIBUTION = 4  # lines over which a mail program breaks "On ... wrote:"
LONGEST_HEAD = 12  # lines of a mail's head
WIDEST = 400  # characters of a line that can belong to such a frame
QUOTED = re.compile(r"[ \t]{0,8}(?:>|&gt;)")
MORE_THAN = re.compile(r"\s*>=?\s?[\d£$€]")
RULES = frozenset("-_=*~#+|:.\u2500\u2014 \t")
BETWEEN_RULES = re.compile(r"[ \t]*[-_=*]{2,} ?([^-_=*\n][^\n]{2,98}?) ?[-_=*]{2,}[ \t]*")
FORWARDED = re.compile(
    r"forward|fwd\b|weitergeleitet|transf[ée]r|r[ée]exp[ée]di|reenviad|inoltrat|doorgestuurd|encaminhad|vidarebefordr"
    r"|przekazan|пересыла",
    re.IGNORECASE,
)
ORIGINAL = re.compile(r"original|urspr[üu]ngliche|d'origine|messaggio|oorspronkelijk|исходн|\bmessage\b", re.IGNORECASE)
BEGIN = re.compile(
    r"\s*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|d[ée]but du message"
    r" (?:r[ée]exp[ée]di[ée]|transf[ée]r[ée])|inicio del mensaje reenviado|inizio messaggio inoltrato)\s*:?\s*",
    re.IGNORECASE,
)
WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|escribi[óo]|ha scritto|schreef|escreveu|skrev|napisał\(?a?\)?|pisze|kirjoitti"
    r"|\u043d\u0430\u043f\u0438\u0441\u0430\u043b|\u043f\u0438\u0448\u0435\u0442)\b[^\n:]{0,80}:\s*$|<[^<>\s]{1,80}@[^<>\s]{1,80}>\)?\s*:\s*$",
    re.IGNORECASE,
)
MOMENT = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}\b|<\s?[^<>\s]{1,80}@", re.IGNORECASE
)
BY_PROGRAM = re.compile(r"\b\d{1,2}[:.h]\d{2}\b|<\s?[^<>\s]{1,80}@")
HEADER = re.compile(
    r"[ \t]*\*{0,2}(from|von|de|da|van|från|od|sent|gesendet|envoy[ée]|enviado(?: el)?|inviato|verzonden|skickat"
    r"|wysłano|date|datum|fecha|data|to|an|à|para|a|aan|till|do|cc|kopie|reply-to|subject|betreff|objet|asunto|oggetto"
    r"|onderwerp|assunto|ämne|temat)\*{0,2}\s?:\*{0,2}(?:[ \t]|$)",
    re.IGNORECASE,
)
SENDERS = frozenset({"from", "von", "de", "da", "van", "från", "od"})
SUBJECTS = frozenset({"subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "ämne", "temat"})
ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,80}")


class Cut(NamedTuple):
    """A stretch of a text that is set aside, from `start` up to `end`, and what it is."""

    start: int
    end: int
    kind: str


class Line(NamedTuple):
    """A line with its place in the text, up to behind its end of line; `header` is its field of a mail's head."""

    start: int
    end: int
    text: str
    is_blank: bool
    header: str | None


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Return the lines of a stretch of a text."""
    lines, at = list[Line](), start
    for line in text[start:end].split("\n"):
        header = HEADER.match(line)
        lines.append(Line(at, at + len(line) + 1, line, not line.strip(), header[1].lower() if header else None))
        at += len(line) + 1
    return lines


def history(text: str) -> list[Cut]:
    """Return the stretches that quote or forward earlier mails; between and below marked lines the writer goes on.

    A mail that is copied without marks on its lines, under a frame ("-----Original Message-----", "On ... wrote:",
    "From: / Subject:"), ends where the text ends: what is written below it cannot be told from it.
    """
    lines = lines_of(text)
    quoted = _quoted(lines)
    cuts, at = list[Cut](), 0
    while at < len(lines):
        frame = _frame(lines, quoted, at)
        if frame or quoted[at]:
            kind, after = frame or ("quote", at)
            end = _end(quoted, lines, after)
            cuts.append(Cut(lines[at].start, min(lines[end - 1].end, len(text)), kind))
            at = end
        else:
            at += 1
    return cuts


def own(text: str, cuts: list[Cut]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a text between the cuts."""
    start = 0
    for cut in [*cuts, Cut(len(text), len(text), "")]:
        if text[start : cut.start].strip():
            yield start, cut.start
        start = cut.end


def is_rule(line: str) -> bool:
    """Return whether a line is drawn: a rule, or the border of a table."""
    return len(line.strip()) > 1 and RULES.issuperset(line)


def _quoted(lines: list[Line]) -> list[bool]:
    """Return for each line whether it is marked as quoted; a single line ">100 pounds" says "more than"."""
    marked = [bool(QUOTED.match(line.text)) for line in lines]
    beside = [False, *marked, False]
    return [
        mark and (beside[index] or beside[index + 2] or not MORE_THAN.match(line.text))
        for index, (mark, line) in enumerate(zip(marked, lines, strict=True))
    ]


def _end(quoted: list[bool], lines: list[Line], at: int) -> int:
    """Return the number of the line behind a quote whose text begins at a line: of marked ones, or up to the end."""
    start = next((number for number in range(at, len(lines)) if not lines[number].is_blank), len(lines))
    if start == len(lines) or not quoted[start]:
        return len(lines)
    end = start
    for number in range(start, len(lines)):
        if quoted[number]:
            end = number + 1
        elif not lines[number].is_blank:
            break
    return end


def _frame(lines: list[Line], quoted: list[bool], at: int) -> tuple[str, int] | None:
    """Return the kind of history that a line announces and the number of the line behind the announcement, or None."""
    line = lines[at]
    if quoted[at] or line.is_blank or len(line.text) > WIDEST:
        return None
    if kind := _marker(line.text):
        return kind, _behind_headers(lines, _next(lines, at + 1))
    if is_rule(line.text):
        start = _next(lines, at + 1)
        return ("quote", _behind_headers(lines, start)) if _is_head(lines, start) else None
    if _is_head(lines, at):
        return "quote", _behind_headers(lines, at)
    return _attribution(lines, quoted, at)


def _next(lines: list[Line], at: int) -> int:
    """Return the number of the next line that is not blank, one blank line further at most."""
    return at + 1 if at + 1 < len(lines) and lines[at].is_blank else at


def _marker(line: str) -> str | None:
    """Return what a line between rules ("-----Original Message-----") announces, or None."""
    if BEGIN.fullmatch(line):
        return "forward"
    if line.strip()[:1] in RULES and (between := BETWEEN_RULES.fullmatch(line)):
        if FORWARDED.search(between[1]):
            return "forward"
        return "quote" if ORIGINAL.search(between[1]) else None
    return None


def _is_head(lines: list[Line], at: int) -> bool:
    """Return whether a mail's head begins at a line; a transfer's "From:" and "To:" have no subject and no address."""
    end = _behind_headers(lines, at)
    names = {line.header for line in lines[at:end]}
    if len(names) < 2 or not names & SENDERS:  # noqa: PLR2004 - one line is no head
        return False
    return bool(names & SUBJECTS) or any(ADDRESS.search(line.text[:WIDEST]) for line in lines[at:end])


def _behind_headers(lines: list[Line], at: int) -> int:
    end = at
    while end < min(at + LONGEST_HEAD, len(lines)) and lines[end].header:
        end += 1
    return end


def _attribution(lines: list[Line], quoted: list[bool], at: int) -> tuple[str, int] | None:
    """Return the end of "On ... wrote:" over some lines; without marked lines below, a program must have written it."""
    words = ""
    for number in range(at, min(at + LONGEST_ATTRIBUTION, len(lines))):
        line = lines[number]
        if quoted[number] or line.is_blank or len(line.text) > WIDEST:
            return None
        words = f"{words} {line.text.strip()}"
        if words.endswith(":") and WROTE.search(words):
            after = next((each for each in range(number + 1, len(lines)) if not lines[each].is_blank), None)
            marked = after is not None and quoted[after]
            own_lines = number > at and not MOMENT.search(lines[at].text)  # a sentence of the writer's stands before it
            return ("quote", number + 1) if not own_lines and (marked or BY_PROGRAM.search(words)) else None
        if line.text.rstrip().endswith((".", "!", "?")):
            return None
    return None
