"""Urgency: what a message tells that a person should look at before others. By code, so that it holds for every model.

A small trained model, over the examples in `urgency/` and those of the routes, tells each reason from plain messages:
what a customer tells now of what they suppose, recall or take back. It learns over concepts (`urgency/concepts.toml`),
so that it finds what is told in words that no example has.
"""

import re
from collections.abc import Iterator
from functools import cache
from operator import itemgetter
from pathlib import Path

from desk.knowledge.kinds import KindExamples, Kinds, load_kinds
from desk.knowledge.routes import load_routes
from desk.text.concepts import Concepts, read_concepts

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
EVERY = 3  # of the examples of the routes one is taken: they are many, and alike
URGENT = -0.25  # the least score; chosen by cross-validation: python -m benchmarks.answers.urgency --folds
LEAST_WHOLE = -1.5  # the least that the whole of several sentences counts; by the same cross-validation
BESIDE = 0.4  # how much less than the best reason another may have, to be told beside it
SURELY = 1.0  # the score of a clause that tells its own reason beside that of the others
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
CLAUSE = re.compile(rf"{SENTENCE.pattern}|,?\s+(?:and|but)\s+")
MOST_WORDS = 40  # of a part; in a longer one the urgent words are lost among the others


def urgency(message: str) -> str | None:
    """Return why a message is urgent, in words; None where it tells of no loss, theft, fraud, need or legal threat.

    A long message is read part by part: one part that is urgent makes it so.
    """
    model = _model()
    told = {kind for part in _parts(message) for kind in _kinds(part, model)}
    return "; ".join(reason for kind, reason in REASONS.items() if kind in told) or None


def scores_of(part: str, model: Kinds) -> dict[str, float]:
    """Return the score of every kind for a part of a message.

    Half is that of its likeliest sentence, which others may drown; half that of the whole, which may take the sentence
    back.
    """
    whole, sentences = model.scores(part), SENTENCE.split(part)
    if len(sentences) == 1:
        return whole
    scores = [model.scores(each) for each in sentences]
    likeliest = {kind: max(each[kind] for each in scores) for kind in whole}
    return {kind: (max(score, LEAST_WHOLE) + likeliest[kind]) / 2 for kind, score in whole.items()}


def _kinds(part: str, model: Kinds) -> set[str]:
    """Return the kinds that a part of a message tells: its likeliest, those close to it, and those of its clauses."""
    scores = scores_of(part, model)
    if (best := max(scores.values())) < URGENT:
        return set()
    close = {kind for kind, score in scores.items() if score >= max(URGENT, best - BESIDE)}
    clauses = (model.scores(each) for each in CLAUSE.split(part))
    likeliest = (max(each.items(), key=itemgetter(1)) for each in clauses)
    return close | {kind for kind, score in likeliest if score >= SURELY}


def examples() -> KindExamples:
    """Return what the model learns from."""
    pairs = [pair for route in load_routes(ROUTES).values() for pair in zip(route.examples, route.topics, strict=True)]
    plain = [message for message, topic in pairs if topic not in NOT_OTHERS]
    return KindExamples({kind: _lines(kind) for kind in REASONS}, _lines(OTHERS), plain[::EVERY])


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


def concepts() -> Concepts:
    """Return the concepts that the model learns over."""
    return read_concepts(FOLDER / "concepts.toml")


@cache
def _model() -> Kinds:
    return load_kinds(examples(), concepts())


def _lines(name: str) -> tuple[str, ...]:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
