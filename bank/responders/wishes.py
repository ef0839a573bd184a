"""A customer's wish: patterns, sentence by sentence, that tell a wish from a question and from its opposite."""

import re

from bank.responders.words import sentences

WISHES: dict[str, tuple[str, ...]] = {  # in this order: who closes an account may well mention a card
    "close_account": (r"\b(?:close|terminate|shut down|delete)\b.{0,20}\b(?:my|the|this)\b.{0,15}\baccount\b",),
    "change_limit": (r"\b(?:raise|increase|lower|reduce|change|set|put|drop)\b.{0,40}\blimit\b",),
    "reissue_card": (
        r"\b(?:send|order|issue|need|want|get)\b.{0,30}\b(?:new|replacement|another)\b.{0,12}\bcard\b",
        r"\breplace\b.{0,15}\bcard\b",
    ),
    "freeze_card": (
        r"\b(?:freeze|block|lock|suspend)\b.{0,15}\b(?:card|it)\b|\bstop (?:my|the|this) card\b",
        r"\bcard\b.{0,20}\b(?:was|is|been|got|gone)\b.{0,15}\b(?:stolen|lost|nicked)\b",
        r"\b(?:lost|stole|nicked)\b.{0,15}\b(?:card|wallet|purse|handbag)\b",
    ),
    "file_dispute": (
        r"\b(?:dispute|contest|chargeback)\b",
        r"\b(?:paid|charged|bought|ordered)\b.{0,80}\b(?:never|not|n't)\b.{0,15}\b(?:arrived?|come?|came|delivered|got)\b",
    ),
    "refund": (
        r"\b(?:refund|reimburse)(?:ed|d)?\b|\b(?:want|like|have|get|give)\b.{0,25}\bmoney back\b|\bdouble charge",
        r"\b(?:charged|billed|debited|taken|took)\b.{0,25}\b(?:twice|two times|double)\b",
    ),
}
PATTERNS = {name: re.compile("|".join(parts), re.IGNORECASE) for name, parts in WISHES.items()}
QUESTION = re.compile(  # who asks how it works has not asked for it
    r"\b(?:how (?:do|can|would|long|much|to)|what (?:happens|if|are|is)|what's|when|where|why|which|whether|is it"
    r" possible|can i|if i|if my|do you|did you|have you)\b",
    re.IGNORECASE,
)
REVERSE = re.compile(
    r"\b(?:do not|don't|dont|didn't|never|no need to|rather than|instead of|without|not)\s+(?:\w+\s+){0,3}$|\bun$",
    re.IGNORECASE,
)
SETTLED = re.compile(  # nothing is left to do: the card is back, the refund is on its way or was promised by a shop
    r"\bfound\b.{0,25}\b(?:it|card|wallet|purse)\b|\bmy refund\b|\brefund(?:ed)?\b.{0,30}\b(?:missing|not|n't)\b"
    r"|\b(?:has|have|had|they|he|she|shop|already|who)\s+(?:\w+\s+)?refunded\b|\brefunded (?:me|us|my)\b"
    r"|\ba refund from\b",
    re.IGNORECASE,
)
ROUTES = {  # where the desk deals with a wish
    "close_account": "account",
    "change_limit": "cards",
    "reissue_card": "cards",
    "freeze_card": "security",
    "file_dispute": "disputes",
    "refund": "disputes",
}


def wish(message: str) -> str | None:
    """Return the name of the action that a message plainly asks for, of several the first in WISHES; else None."""
    if SETTLED.search(message):
        return None
    parts = [part for part in sentences(message) if not QUESTION.search(part)]
    return next((name for name, pattern in PATTERNS.items() if any(_applies(pattern, part) for part in parts)), None)


def _applies(pattern: re.Pattern[str], sentence: str) -> bool:
    return any(not REVERSE.search(sentence[: match.start()]) for match in pattern.finditer(sentence))
