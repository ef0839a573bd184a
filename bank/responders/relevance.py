"""Relevance of the policies' sentences to each question of a message; rare words weigh more."""

import math
import re
from collections import Counter
from typing import NamedTuple

from bank.responders.passages import KIND, KINDS, paragraph
from bank.responders.words import sentences, words

ASKS = re.compile(
    r"\?|\b(?:please|want|need|would like|can you|could you|tell me|wonder\w*|how|why|when|where|what|which)\b",
    re.IGNORECASE,
)
AND = re.compile(
    r",? (?:and|or|but) "
    r"(?=(?:how|what|when|where|why|which|until|by when|up to|above|is|are|can|may|do|does|did|will)\b)",
    re.IGNORECASE,
)
"""The joint before a second question of one sentence."""

FIGURES = [
    (re.compile(question, re.IGNORECASE), re.compile(figure))
    for question, figure in (
        (
            r"\bhow (?:long|soon|fast|quickly|far back)\b|\bwhen\b|\bstill\b|\bnotice\b|\blast day\b",
            r"\b\d+ (?:\w+ )?(?:minutes?|hours?|days?|months?|years?)\b|\b\d\d:\d\d\b",
        ),
        (
            r"\b(?:how (?:much|high|big)|costs?|charged?|fees?|price|pay for|the most|limits?|sum|smallest|mark-up)\b",
            r"GBP|\d %|\bfree\b|\bcosts? nothing\b",
        ),
        (r"\bhow (?:many|often|old)\b", r"\b\d+\b"),
    )
]
"""Patterns of questions for figures, each with a pattern of the figure."""

RANK = 0.08  # the loss of a statement for each rank of its passage
REPEATED = 0.75  # of a statement's words, for a reply to repeat it
TOPIC = 0.4  # the weight of the whole message's words, beside the question's own


class Statement(NamedTuple):
    """One sentence of a policy with its words; `around` are those of paragraph and title, `rank` its passage's rank."""

    policy_id: str
    text: str
    rank: int
    own: frozenset[str]
    around: frozenset[str]


class Question(NamedTuple):
    """One question: its own words, the whole message's, and patterns of its answers and figures."""

    text: str
    own: frozenset[str]
    topic: frozenset[str]
    kinds: tuple[re.Pattern[str], ...]
    figures: tuple[re.Pattern[str], ...]


def statements(policies: list[dict[str, str]]) -> list[Statement]:
    """Return every sentence of the passages, in their order."""
    sentences_of = []
    for rank, each in enumerate(policies):
        text = paragraph(each).text
        around = frozenset(words(f"{each['title']} {text}"))
        parts = sentences(text)
        sentences_of += [Statement(each["id"], part, rank, frozenset(words(part)), around) for part in parts]
    return sentences_of


def questions(message: str) -> list[Question]:
    """Return the questions of a message, sentence by sentence; the whole message where no sentence asks."""
    parts = [part for of_reply in sentences(message) for part in AND.split(of_reply) if ASKS.search(part)]
    return [_question(part, message) for part in parts or [message]]


class Relevance:
    """Measures how much the statements of some policies bear on questions."""

    def __init__(self, policies: list[dict[str, str]]) -> None:
        self.statements = statements(policies)
        self._spread = Counter(word for each in self.statements for word in each.around)

    def of(self, statement: Statement, question: Question) -> float:
        """Return the weight of the shared words; more for the kind of thing asked for, less for each lower rank."""
        own = self._weight(question.own & statement.own) / math.sqrt(len(statement.own) + 8)
        topic = self._weight(question.topic & statement.around) / math.sqrt(len(statement.around) + 25)
        likelier = KIND if any(kind.search(statement.text) for kind in (*question.kinds, *question.figures)) else 1.0
        return (own + TOPIC * topic) * likelier / (1 + RANK * statement.rank)

    def best(self, question: Question, *, figures: bool = False) -> Statement | None:
        """Return the statement that bears most on a question; with `figures` only one that names such a figure."""
        fitting = [each for each in self.statements if not figures or names_figure(each.text, question)]
        statement = max(fitting, key=lambda each: self.of(each, question), default=None)
        about = question.own or question.topic
        return statement if statement is not None and about & statement.around else None

    def of_reply(self, reply: str, question: Question, *, figures: bool = False) -> float:
        """Return the relevance to a question of the best statement that a reply repeats; 0 where it repeats none."""
        matches = [
            each for each in statements_in(self.statements, reply) if not figures or names_figure(each.text, question)
        ]
        return max((self.of(each, question) for each in matches), default=0.0)

    def _weight(self, common: frozenset[str]) -> float:
        return sum(math.log(1 + len(self.statements) / self._spread[word]) for word in common)


def statements_in(candidates: list[Statement], reply: str) -> list[Statement]:
    """Return the statements that a reply repeats, word for word or nearly."""
    reply_words = set(words(reply))
    return [each for each in candidates if len(each.own & reply_words) >= REPEATED * len(each.own)]


def names_figure(text: str, question: Question) -> bool:
    """Return whether a text names a figure of the kind that a question wants."""
    return any(figure.search(text) for figure in question.figures)


def _question(text: str, message: str) -> Question:
    kinds = tuple(answer for asks, answer in KINDS[2:] if asks.search(text))
    figures = tuple(figure for asks, figure in FIGURES if asks.search(text))
    return Question(text, frozenset(words(text)), frozenset(words(message)), kinds, figures)
