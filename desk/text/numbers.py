"""Numbers in a text that somebody may call or pay to, as digits, in whatever separators and words they are written."""

import re
from collections.abc import Iterator

from desk.text.plain import plain

SPOKEN = {
    **{word: str(value) for value, word in enumerate("zero one two three four five six seven eight nine".split())},
    **dict.fromkeys(("oh", "nought", "naught", "nil"), "0"),
}
TIMES = {"double": 2, "triple": 3, "treble": 3}
WORD = rf"(?:(?:{'|'.join(TIMES)})[\s-])?(?:{'|'.join(SPOKEN)})"
ROW = re.compile(rf"\b(?:{WORD}|\d+|hundred|thousand)(?:[\s,.-]{{1,3}}(?:{WORD}|\d+|hundred|thousand)){{2,40}}\b")
CALL = (
    r"\b(?:call|dial|ring|phone|telephone|tel|text|sms|whatsapp|fax|hotline|helpline|line|number|pin|passcode|cvv|code|press|message"
    r"|sort code|account(?: (?:no|number|nr))?|a/c|iban|pay (?:it |them )?(?:in)?to|extension|ext)\b"
)
UNIT = r"\s?(?:%|(?:working |calendar )?(?:minutes?|hours?|days?|weeks?|months?|years?|pounds|gbp)\b)"
CALLED = re.compile(rf"{CALL}[^\d\n.!?]{{0,30}}(?<![\w.,])((?:\+?\d[\s().,/*_~\u00b7-]{{0,3}}){{2,}}\d)(?!{UNIT})")
"""A number after a word that says to call it, or to pay to it."""
LETTERED = re.compile(r"(?<![\w.])(?:\+?\d{1,3}[ -])?0?[89]\d\d[ -][A-Z][A-Z-]{3,}\b")
RUN = re.compile(r"(?<!\w)\+?\(?\d(?:[\s().,/*_~|:;'\u00b7\u2022+=-]{0,4}\d){5,60}")
SORT = re.compile(r"(?<![\d.,])\d\d[ ./_-]{1,3}\d\d[ ./_-]{1,3}\d\d(?!\d|[.,]\d)")
SIGN = r"(?:\b(?:gbp|eur|usd|chf|aud|cad|jpy)|[\u00a3\u20ac$])\s?"
AMOUNT = re.compile(
    rf"{SIGN}\d{{1,3}}(?:,\d{{3}})*(?:\.\d{{1,2}})?(?!\d)|{SIGN}\d{{1,7}}(?:\.\d{{1,2}})?(?!\d)"
    r"|(?<![\w.,/-])[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{2})?(?!\d)|(?<![\w.,/-])(?<!\d )\d{1,6}\.\d{2}(?![\d.]| ?\d)"
)
DAY = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19|20)\d\d)(?!\d)"
    r"|(?<![\d:.-])(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d)?(?![\d:]|\.\d)"
)
"""Days and times: with amounts what is no number to call."""
LOOKS = str.maketrans("OolI|", "00111")
MISREAD = re.compile(r"(?<![A-Za-z0-9])(?=[OolI]{0,20}\d)[\dOolI]{2,20}(?![A-Za-z0-9])|(?<=\d )[OolI]{2,3}(?= ?\d)")
LEAST, SHORTEST = 7, 3  # digits of a number that nobody says to call, and of one that somebody does
YEAR = re.compile(r"(?:(?:19|20)\d\d)+")


def numbers_in(text: str) -> set[str]:
    """Return the numbers to call or to pay to in a text: seven digits and more, sort codes, and short ones to call."""
    folded = _digits_for_letters(plain(text))
    lettered = {re.sub(r"\W", "", each.group()).lower() for each in LETTERED.finditer(folded)}
    spoken = ROW.sub(_as_digits, folded.lower())
    rows = {_digits(_as_digits(each)) for each in ROW.finditer(folded.lower()) if re.search(r"[a-z]", each.group())}
    called = {_digits(each[1]) for each in CALLED.finditer(spoken)}
    bare = DAY.sub(" x ", AMOUNT.sub(" x ", spoken))
    runs = {_digits(each.group()) for each in RUN.finditer(bare) if not _listed(each.group())}
    sorts = {_digits(each.group()) for each in SORT.finditer(bare)}
    long_ones = {each for each in runs if len(each) >= LEAST and not YEAR.fullmatch(each)}
    return lettered | long_ones | sorts | {each for each in rows | called if len(each) >= SHORTEST}


def _listed(run: str) -> bool:
    """Return whether digits are short numbers in a list: "5, 10, 15, 20"."""
    parts = run.split(", ")
    return len(parts) > 1 and all(len(part) <= 4 and part.isdigit() and part[0] != "0" for part in parts)  # noqa: PLR2004


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())


def _digits_for_letters(text: str) -> str:
    """Return the text with letters that look like digits as these digits, in what else are numbers."""
    return MISREAD.sub(lambda match: match.group().translate(LOOKS), text)


def _as_digits(match: re.Match[str]) -> str:
    words = match.group()
    return " ".join(_spoken(words)) if re.search(r"[a-z]", words) else words


def _spoken(words: str) -> Iterator[str]:
    times = 1
    for word in re.findall(r"[a-z]+|\d+", words):
        if word in TIMES:
            times = TIMES[word]
        else:
            zeros = {"hundred": "00", "thousand": "000"}
            yield SPOKEN.get(word, zeros.get(word, word)) * times
            times = 1
