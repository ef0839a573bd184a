"""Urgency: what a message tells that a person should look at before others. By code, so that it holds for every model.

Two signals: the signs of `urgency/signs.toml`, and the likeness to the examples beside it, which finds what is told in
words that nobody thought of. What a customer supposes, recalls or takes back is not told.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from desk.knowledge.routes import load_routes
from desk.text.likeness import Likeness
from desk.text.signs import read_signs

FOLDER = Path(__file__).parents[1] / "urgency"
ROUTES = FOLDER.parent / "routes"
REASONS = {
    "fraud": "a fraud is going on",
    "theft": "theft",
    "lost": "a card or phone is lost",
    "vulnerable": "a vulnerable customer",
    "legal": "a legal threat",
}
"""The files of examples, each with the reason that it gives."""
OTHERS = "others"
NOT_OTHERS = {
    "card_payment_not_recognised",
    "cash_withdrawal_not_recognised",
    "compromised_card",
    "direct_debit_payment_not_recognised",
    "freeze_my_card",
    "lost_or_stolen_card",
    "lost_or_stolen_phone",
}
"""Topics of the routes with many examples that tell of a loss or a fraud; all others serve as plain messages."""
UNLIKE = 1.0  # what is less like the examples is plain, whatever sign it has
ALIKE = (
    8.0  # what is more like them is urgent without a sign; both are chosen on the dev half of `messages/urgent.jsonl`
)
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
MOST_WORDS = 60  # of a part; in a longer one the urgent words are lost among the others


def urgency(message: str) -> str | None:
    """Return why a message is urgent, in words; None where it tells of no loss, theft, fraud, need or legal threat.

    A long message is read part by part: one part that is urgent makes it so.
    """
    told = dict.fromkeys(reason for part in _parts(message) for reason in _told_in(part))
    return "; ".join(told) or None


def _told_in(part: str) -> list[str]:
    signs, examples = read_signs(FOLDER / "signs.toml"), _examples()
    kind, likeness = examples.nearest(part)
    sentences = (examples.nearest(each)[1] for each in SENTENCE.split(part))
    if max(likeness, *sentences) >= UNLIKE and (told := signs.told_in(part)):
        return told
    return [REASONS[kind]] if likeness >= ALIKE and not signs.is_withdrawn(part) else []


def _parts(message: str) -> Iterator[str]:
    """Yield a message as parts of whole sentences; a short one is one part."""
    part = list[str]()
    for sentence in SENTENCE.split(message):
        words = sentence.split()
        if part and len(part) + len(words) > MOST_WORDS:
            yield " ".join(part)
            part = []
        part += words
        while len(part) > MOST_WORDS:  # a sentence without an end
            yield " ".join(part[:MOST_WORDS])
            part = part[MOST_WORDS // 2 :]
    if part:
        yield " ".join(part)


@cache
def _examples() -> Likeness:
    kinds = {kind: _lines(kind) for kind in REASONS}
    routes = load_routes(ROUTES).values()
    examples = [pair for route in routes for pair in zip(route.examples, route.topics, strict=True)]
    return Likeness(kinds, [*_lines(OTHERS), *(each for each, topic in examples if topic not in NOT_OTHERS)])


def _lines(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
