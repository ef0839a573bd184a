"""Confirm a wish offline: read the message anew, by other means than the gate of code, and compare with the action.

The gate (`bank/clerk/asked.py`) follows a grammar of asking; here are patterns sentence by sentence and single words
that speak against a wish, and the thing is looked for as a draft would look for it.
"""

import re
from typing import Any

from bank.responders.proposals import PROPOSERS
from bank.responders.words import sentences
from baton.offline.transport import Request

WORDS: dict[str, str] = {  # a sentence that wishes an action speaks of it in some of these
    "close_account": (
        r"\b(?:clos(?:e|ed)|terminat\w+|shut|delet\w+|end)\b.{0,30}\b(?:account|A\d{3})\b"
        r"|\baccount\b.{0,40}\bclosed?\b"
    ),
    "change_limit": r"\blimit\b.{0,40}\d|\d.{0,30}\blimit\b|\b(?:to|at)\s\W?\d+.{0,10}\ba day\b",
    "reissue_card": r"\b(?:new|replacement|another)\b.{0,12}\b(?:card|one)\b|\breplac\w+\b|\breissue\b",
    "freeze_card": (
        r"\b(?:fr[eo]e?z\w*|block\w*|lock\w*|suspend\w*|disabl\w*|deactivat\w*|stop\w*|cancel\w*)\b.{0,30}\b(?:card"
        r"|it|one|\d{4})\b"
        r"|\b(?:card|it|mine|one)\b.{0,20}\b(?:frozen|blocked|locked|stopped|suspended)\b|\b(?:freeze|block"
        r"|stop)\W+(?:please|pls)\b"
        r"|^(?:please |pls )?(?:stop|block|freeze|lock) it\b"
    ),
    "file_dispute": r"\b(?:dispute\w*|contest\w*|chargeback|take it up)\b",
    "refund": (
        r"\b(?:refund|reimburse)(?:ed|d)?\b|\b(?:want|like|have|get|give|put|pay|return)\b.{0,50}\bback\b|\b(?:money"
        r"|one|second) back\b"
        r"|\breturn\b"
    ),
}
PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in WORDS.items()}
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
AGAINST = {  # single words, wherever they stand
    "asked": re.compile(
        r"\b(?:if|suppos\w*|imagine|hypothetical\w*|might|maybe|perhaps|wonder\w*|consider\w*|advis\w*|suggest\w*"
        r"|recommend\w*"
        r"|forget|ignore|disregard|scratch|nvm|mind|sorry)\b",
        re.IGNORECASE,
    ),
    "this_thing": re.compile(
        r"\b(?:he|she|him|his|her|hers|their|friend|wife|husband|mother|mum|father|dad|son|daughter)\b", re.IGNORECASE
    ),
    "now": re.compile(
        r"\b(?:tomorrow|tonight|later|next (?:week|month|year)|until (?!further)|midnight|weekend"
        r"|once (?:i|the|my)|as soon as)\b",
        re.IGNORECASE,
    ),
    "whole": re.compile(
        r"\b(?:half|quarter|third|part|partly|difference|except|a (?:week|month|hour)|per (?:week|month|hour))\b|%",
        re.IGNORECASE,
    ),
}


def confirmation(request: Request) -> dict[str, Any]:
    """Return a `Confirmation` from the data `message`, `customer` and `action`."""
    data = request.data
    message, action = str(data.get("message", "")), data["action"]
    answers = {point: "unsure" if words.search(message) else "yes" for point, words in AGAINST.items()}
    if not asks_for(message, action["name"]):
        answers["asked"] = "no"
    meant = PROPOSERS[action["name"]](message, data["customer"]) if data.get("customer") else None
    if meant is None or any(meant[field] != value for field, value in action.items() if field != "reason"):
        answers["this_thing"] = "unsure"
    doubts = [point for point, answer in answers.items() if answer != "yes"]
    return {**answers, "reason": "its words may be meant otherwise" if doubts else "the message asks for it"}


def asks_for(message: str, action: str) -> bool:
    """Return whether a sentence of the message, and no question, speaks of the action as wished."""
    if SETTLED.search(message):
        return False
    parts = [part for part in sentences(message) if not QUESTION.search(part)]
    return any(_applies(PATTERNS[action], part) for part in parts)


def _applies(pattern: re.Pattern[str], sentence: str) -> bool:
    return any(not REVERSE.search(sentence[: match.start()]) for match in pattern.finditer(sentence))
