"""The six questions that choose a pattern, read from `questions.toml`; the first yes decides. Light on purpose."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from baton.errors import UsageError

TABLE = Path(__file__).with_name("questions.toml")
COSTS = Path(__file__).with_name("pattern_costs.json")
BASELINE = "single_call"


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `yes` and `no` name the next one, or a pattern."""

    id: str
    asks: str
    yes: str
    no: str
    why_yes: str = ""
    why_no: str = ""

    @property
    def flags(self) -> str:
        """The pair of options of the question on the command line."""
        return f"--[no-]{self.id.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with its trade-off and its fences; `example` is a message to try it with."""

    name: str
    title: str
    trade_off: str
    fences: list[str]
    example: str

    @property
    def file(self) -> str:
        """The file to copy, relative to the repository."""
        return f"graphs/{self.name}.py"


@dataclass(frozen=True, slots=True)
class Cost:
    """The mean cost of a pattern for one message, and its ratios to the cost of a single call."""

    model_calls: float
    tokens: float
    times_calls: float
    times_tokens: float
    messages: int
    model: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A pattern, the question and answer that decided, and the questions that were passed over."""

    pattern: Pattern
    decided_by: Question
    answer: bool
    skipped: list[Question]
    warning: str | None

    @property
    def why(self) -> str:
        """The reason for this pattern."""
        return self.decided_by.why_yes if self.answer else self.decided_by.why_no


AnswerOf = Callable[[Question], bool | None]


@lru_cache(maxsize=1)
def questions() -> dict[str, Question]:
    """Return the questions by id, in their order."""
    return {each["id"]: Question(**each) for each in _table()["questions"]}


@lru_cache(maxsize=1)
def patterns() -> dict[str, Pattern]:
    """Return the patterns that the questions lead to, by name."""
    return {name: Pattern(name, **fields) for name, fields in _table()["patterns"].items()}


def ladder() -> list[str]:
    """Return the names of the graphs in the order of simplicity, the simplest first."""
    names: list[str] = _table()["ladder"]
    return names


def advise(answer_of: AnswerOf, *, wants_agent: bool = False) -> Advice:
    """Ask from the first question on until a pattern is reached; a question without an answer is skipped.

    Raises:
        UsageError: the given answers decide nothing.
    """
    answers: list[tuple[Question, bool | None]] = []
    next_name = next(iter(questions()))
    while next_name in questions():
        question = questions()[next_name]
        answers.append((question, answer := answer_of(question)))
        next_name = question.yes if answer else question.no
    skipped = [question for question, answer in answers if answer is None]
    last, decision = answers[-1]
    if decision is None or (skipped and not any(answer for _, answer in answers)):
        raise UsageError(f"no answer decides yet; answer {', '.join(each.flags for each in skipped)}")
    return Advice(patterns()[next_name], last, decision, skipped, _warning(last, skipped, wants_agent=wants_agent))


def cost_of(name: str) -> Cost | None:
    """Return the cost of a pattern as `benchmarks.pattern_costs` counted it; None where it did not."""
    figures: dict[str, Any] = json.loads(COSTS.read_text("utf-8"))
    count: int = figures["messages"]
    graphs: Mapping[str, Mapping[str, int]] = figures["graphs"]
    if name not in graphs:
        return None
    costs, single = graphs[name], graphs[BASELINE]
    ratios = [costs[field] / single[field] for field in ("model_calls", "tokens")]
    return Cost(costs["model_calls"] / count, costs["tokens"] / count, ratios[0], ratios[1], count, figures["model"])


def _warning(last: Question, skipped: list[Question], *, wants_agent: bool) -> str | None:
    """Return a warning where the answers ask for the most complex pattern before the simplest was tried, else None."""
    texts: dict[str, str] = _table()["agent"]
    if wants_agent:
        return f"{texts['warning']}: {texts['described']}"
    if last.id == "unknown_steps" and skipped:
        return f"{texts['warning']}: {texts['skipped']}: {', '.join(each.flags for each in skipped)}"
    return None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text("utf-8"))
