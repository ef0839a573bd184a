"""Asking in English: whether a text itself asks for an act, in its own words, now and whole, for its writer.

The grammar is the desk's: how people ask, and how they ask about, suppose, deny, take back, put off or cut down what
they name (`desk/text/moods.py`). The words for an act are the business's: an `Act`. A doubt costs a person's look and
never an act, so a form that could be meant either way is a doubt.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from desk.text import moods
from desk.text.moods import PLEASE
from desk.text.own_words import own_words

SOFTLY = (
    r"(?:(?:please|pls|plz|kindly|just|now|also|then|immediately|instantly|quickly|urgently|asap|simply|possibly"
    r"|maybe|perhaps"
    r"|at once|right away|straight away|today|go ahead and|ahead and|therefore|hereby)[\s,]+){0,3}"
)
START = (
    r"(?:^|[.,;:!?\n(\u2026\u2013\u2014]\s*|\s-+\s*|\b(?:and|so|then|but|therefore|hence|thus|plus|also|or)\s+"
    r"|\b(?:hi|hello|hey|ok|okay|yes|well)\s+)"
)
SOMEBODY = r"(?:you|u|ya|someone|somebody|harbour|the bank|the desk|your team)"
WANT = (
    r"(?:(?:i|we)(?:'d|\s+would|\s+do|\s+must|\s+have to)?\s+(?:(?:really|urgently|just|now|also|hereby|kindly|only"
    r"|still)\s+){0,2}"
    r"(?:want|need|like|love|ask|request|require|wish|urge|beg|demand|expect|appreciate)(?:\s+for)?"
    r"|\band\s+(?:ask|want|need|would like)|^\s*(?:need|want)|(?:^|[.,;!\n]\s*)(?:would like|like)|\bi'm asking)"
)
AROUND = r"(?:\s+[\w'-]+){0,4}?\s+"
"""A few words between a wish and what is wished."""

SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+|;")
CLAUSE = re.compile(
    r":\s+|(?!(?<=\s)\s)(?:\s+[-\u2013\u2014]+\s+|\s*[\u2013\u2014]\s*|\s*,\s*|\s+(?:and|but|so|then|plus|because"
    r"|(?<!soon )(?<!long )(?<!well )as(?! soon)(?! long)(?! well)|since)\s+)"
)
"""What parts two clauses. It begins at no blank behind a blank: each of a thousand would be read to the last."""

POLITE = re.compile(
    r"^\W*(?:(?:and|so|then|but|hi|hello|hey|ok)\W+)?(?:can|could|would|will|may|might)\b", re.IGNORECASE
)
NEW_CLAUSE = re.compile(r"\s*[,;:.!?\u2026]")
CHOICE = re.compile(r"\bor\s+(?:do|does|should|must|is|are|can|will|would|not)\b", re.IGNORECASE)

QUESTION = "the message asks about it"
SUPPOSED = "the message only supposes it, or sets a condition"
DENIED = "the message may say that it does not want it"
TAKEN_BACK = "the message may take back what it asks for, or what it is about is settled"
PUT_OFF = "the message may ask for it at another time"
IN_PART = "the message may ask for it in part only"
NOT_OWN = "the wish, or the thing, may be somebody else's"
NOT_MEANT = "the message may not mean it"
NOT_ASKED = "the message does not ask for it in its own words"
TOO_OFTEN = "the message asks for it more often in one sentence than anybody does"
MOST = 20  # places in a sentence; each is read with the whole of it
NO_WISH = {QUESTION, SUPPOSED, DENIED, TAKEN_BACK, NOT_MEANT}
"""Doubts under which nothing is wished."""


class Asking(NamedTuple):
    """A place where a text asks for an act: the sentence, and the doubt about it in words, or None."""

    words: str
    doubt: str | None
    is_wish: bool
    """Whether something is wished there at all, be it later, in part, or for somebody else."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """The words for one act, as patterns: each is written for lower case, and none captures.

    `do` is the verb with its object ("close (?:my|the) account"), `done` the object with its participle ("my account
    closed"), `wanted` a thing that is wished instead of an act ("my money back"), `asked` other whole ways to ask.
    A text that does not match `about` anywhere does not mean this act. `things` are nouns for what is acted on: "his
    card" is somebody else's. Where `partial` matches beside it, the act is asked for in part.
    """

    do: str
    done: str = "(?!)"
    wanted: str = "(?!)"
    asked: str = "(?!)"
    about: str = ""
    things: str = "(?!)"
    partial: str = "(?!)"

    @cached_property
    def forms(self) -> re.Pattern[str]:
        """All ways to ask for the act."""
        return re.compile(
            rf"{START}{SOFTLY}(?:{self.do})\b|\b{PLEASE}\s+{SOFTLY}(?:{self.do})\b"
            rf"|\b(?:{self.do})(?:[\s,]+[\w']+){{0,4}}?[\s,]+(?:{PLEASE}|asap|at once|immediately|right away"
            rf"|straight away|urgently|now)\b"
            rf"|\b(?:can|could|would|will)\s+{SOMEBODY}\s+{SOFTLY}(?:have\s+|get\s+|help me (?:to )?)?(?:{self.do})\b"
            rf"|(?:{WANT})\s+(?:for\s+)?(?:{SOMEBODY}\s+)?(?:to\s+)?{SOFTLY}(?:have\s+)?(?:{self.do})\b"
            rf"|(?:{WANT})\s+(?:to\s+(?:have|see|get)\s+)?(?:{self.done})"
            rf"|(?:{WANT})(?:\s+to\s+(?:have|get|order|request|file|open|raise|start"
            rf"|ask\s+for))?{AROUND}?(?:{self.wanted})"
            rf"|\b{PLEASE}\s+(?:have|get|see that|make sure that)\s+(?:{self.done})"
            rf"|(?:^|[.,;:!\n\u2026]\s*)(?:{self.wanted})[\s,]*{PLEASE}|\b(?:{self.asked})",
            re.IGNORECASE,
        )

    @cached_property
    def named(self) -> re.Pattern[str]:
        """The act by its verb and object, in whatever mood."""
        return re.compile(rf"\b(?:{self.do})\b", re.IGNORECASE)


def askings(text: str, act: Act) -> list[Asking]:
    """Return the places where a text asks for the act in its own words, each with what is doubtful about it."""
    own = own_words(text)
    if not re.search(act.about, own, re.IGNORECASE):
        return []
    whole = _doubt_of_all(own, act)
    sentences = [part.strip() for part in SENTENCE.split(own) if part.strip()]
    return [asking for each in sentences for asking in _in_sentence(each, act, whole)]


def doubt_of(text: str, act: Act) -> str | None:
    """Return why a text may not ask for the act itself, now and whole, in words; None where it plainly does."""
    doubts = [each.doubt for each in askings(text, act)]
    if DENIED in doubts:
        return DENIED
    return next((each for each in doubts if each is None), doubts[0]) if doubts else NOT_ASKED


def tells(text: str, report: re.Pattern[str]) -> bool:
    """Return whether a text tells, of its writer and in its own words, what a pattern finds: no question, no case."""
    own = own_words(text)
    if moods.TAKES_BACK.search(own) or moods.SUPPOSES_ALL.search(own) or moods.LOST_BY_OTHERS.search(own):
        return False
    return any(
        report.search(part) and not (part.endswith("?") or moods.ASKS_ABOUT.search(part) or moods.SUPPOSES.search(part))
        for part in SENTENCE.split(own)
    )


def _doubt_of_all(own: str, act: Act) -> str | None:
    """Return a doubt that holds for every sentence of a text."""
    if moods.TAKES_BACK.search(own):
        return TAKEN_BACK
    if moods.SUPPOSES_ALL.search(own) or moods.ONLY_THEN.search(own):
        return SUPPOSED
    if moods.NOT_MEANT.search(own):
        return NOT_MEANT
    if any(moods.DENIED.search(own[: match.start()]) for match in act.named.finditer(own)):
        return DENIED
    if moods.LOST_BY_OTHERS.search(own) or re.search(rf"{moods.OTHERS}(?:{act.things})\b", own, re.IGNORECASE):
        return NOT_OWN
    return PUT_OFF if moods.PUT_OFF_AT_START.search(own) else None


def _in_sentence(sentence: str, act: Act, whole: str | None) -> Iterator[Asking]:
    places = list(islice(act.forms.finditer(sentence), MOST + 1))
    if len(places) > MOST:
        yield Asking(sentence, whole or TOO_OFTEN, whole not in NO_WISH)
        return
    for match in places:
        found = whole if whole in NO_WISH else _mood(sentence, match) or whole or _limits(sentence, match, act)
        yield Asking(sentence, found, found not in NO_WISH)


def _mood(sentence: str, match: re.Match[str]) -> str | None:
    """Return the doubt whether something is asked for at one place; None without one."""
    before, after, clause = sentence[: match.start()], sentence[match.end() :], _clause(sentence, match)
    if _is_denied(before, match.group(), after):
        return DENIED
    if _is_question(sentence, clause, match):
        return QUESTION
    if moods.SUPPOSES.search(sentence):
        return SUPPOSED
    return NOT_OWN if moods.REPORTED.search(sentence) else None


def _limits(sentence: str, match: re.Match[str], act: Act) -> str | None:
    """Return the doubt whether what is asked for is meant now and whole; None without one."""
    clause = _clause(sentence, match)
    others = CLAUSE.split(sentence)
    present = " , ".join([clause, *(each for each in others if not moods.PAST.search(each))])
    to_come = " , ".join([present, *(each for each in others if moods.PERFECT.search(each))])
    if moods.AWAITS.search(moods.HURRIES.sub("now ", to_come)) or moods.LATER.search(present):
        return PUT_OFF
    return IN_PART if moods.CUT_DOWN.search(present) or re.search(act.partial, clause, re.IGNORECASE) else None


def _is_denied(before: str, form: str, after: str) -> bool:
    return bool(
        (not NEW_CLAUSE.match(form) and moods.DENIED.search(before))
        or moods.FORBIDS.search(before)
        or moods.DENIED_WITHIN.search(form)
        or moods.DENIED_AFTER.search(after)
    )


def _is_question(sentence: str, clause: str, match: re.Match[str]) -> bool:
    if moods.WONDERS.search(clause):
        return True
    if POLITE.search(match.group()):
        return bool(CHOICE.search(sentence) or moods.ASKS_ABOUT.search(sentence[: match.start()]))
    at_end = sentence.rstrip().endswith("?") and CLAUSE.search(sentence, match.end()) is None
    return at_end or bool(moods.ASKS_ABOUT.search(clause) or moods.ASKS_ABOUT.search(sentence))


def _clause(sentence: str, match: re.Match[str]) -> str:
    """Return the clause in which a form ends."""
    starts = [0, *(each.end() for each in CLAUSE.finditer(sentence, 0, match.end() - 1))]
    following = CLAUSE.search(sentence, match.end())
    return sentence[starts[-1] : following.start() if following else len(sentence)]
