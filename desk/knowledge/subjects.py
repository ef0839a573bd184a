"""Tell whether two texts have one subject, by the router's finer topics."""

import math
from typing import Protocol

from desk.records import OTHER, RouteGuess

TRUST = 0.8  # in the router's topics; the rest is spread over all of them
ALL_TOPICS = 10_000


class Topics(Protocol):
    """The part of `Knowledge` that tells subjects apart."""

    def topics(self, message: str, most: int) -> dict[str, float]:
        """See `Knowledge`."""

    def guess(self, message: str) -> RouteGuess:
        """See `Knowledge`."""


def alike(one: str, other: str, knowledge: Topics) -> float:
    """Return the evidence that two texts have one topic, above 0 for it and below against.

    It is the logarithm of a Bayes factor: how much more often the two come from one topic than any two do. Where the
    router knows nothing of one of them it is 0, so a doubt decides nothing.
    """
    first, second = _shares(one, knowledge), _shares(other, knowledge)
    return math.log(len(first) * sum(share * second[topic] for topic, share in first.items()))


def _shares(text: str, knowledge: Topics) -> dict[str, float]:
    """Return the share of every topic, less sure than the router says; all that is not for the desk is one topic."""
    shares = knowledge.topics(text, ALL_TOPICS)
    outside = [topic for topic in shares if topic.startswith(f"{OTHER}/")]
    flat = shares | dict.fromkeys(outside, sum(map(shares.__getitem__, outside)) / max(1, len(outside)))
    return {topic: TRUST * share + (1 - TRUST) / len(flat) for topic, share in flat.items()}
