"""Which pattern? The questions of `framework.toml`, walked from the first; the first yes decides. Light on purpose."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from baton.errors import UsageError

TABLE = Path(__file__).with_name("framework.toml")
COSTS = Path(__file__).with_name("pattern_costs.json")
BASELINE = "single_call"


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `yes` and `no` name the next one, or a pattern."""

    id: str
    asks: str
    yes: str
    no: str
    why_yes: str = ""
    why_no: str = ""

    @property
    def flags(self) -> str:
        """Its pair of options on the command line."""
        return f"--[no-]{self.id.replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to know of a pattern; `example` is a message to try it with."""

    name: str
    called: str
    trade_off: str
    fences: list[str]
    example: str

    @property
    def file(self) -> str:
        """What to copy, seen from the repository."""
        return f"graphs/{self.name}.py"


@dataclass(frozen=True, slots=True)
class Cost:
    """A pattern's mean for one message, and how many times a single call's that is."""

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
        """Why this pattern."""
        return self.decided_by.why_yes if self.answer else self.decided_by.why_no


AnswerOf = Callable[[Question], bool | None]


@lru_cache(maxsize=1)
def questions() -> dict[str, Question]:
    """All of them by id, in their order."""
    return {each["id"]: Question(**each) for each in _table()["questions"]}


@lru_cache(maxsize=1)
def patterns() -> dict[str, Pattern]:
    """All patterns that the questions lead to, by name."""
    return {name: Pattern(name, **told) for name, told in _table()["patterns"].items()}


def advise(answer_of: AnswerOf, *, agent_wanted: bool = False) -> Advice:
    """Ask from the first question on until a pattern is reached; a question without an answer (None) is passed over.

    Raises:
        UsageError: without the answers that are missing, nothing is decided.
    """
    asked: list[tuple[Question, bool | None]] = []
    place = next(iter(questions()))
    while place in questions():
        question = questions()[place]
        asked.append((question, answer := answer_of(question)))
        place = question.yes if answer else question.no
    skipped = [question for question, answer in asked if answer is None]
    last, decision = asked[-1]
    if decision is None or (skipped and not any(answer for _, answer in asked)):
        raise UsageError(f"no answer decides yet; answer {', '.join(each.flags for each in skipped)}")
    return Advice(patterns()[place], last, decision, skipped, _warning(last, skipped, agent_wanted=agent_wanted))


def cost_of(name: str) -> Cost | None:
    """What the pattern costs as it was measured here; None where it was not."""
    known: dict[str, Any] = json.loads(COSTS.read_text("utf-8"))
    count: int = known["messages"]
    graphs: Mapping[str, Mapping[str, int]] = known["graphs"]
    if name not in graphs:
        return None
    mine, single = graphs[name], graphs[BASELINE]
    times = [mine[what] / single[what] for what in ("model_calls", "tokens")]
    return Cost(mine["model_calls"] / count, mine["tokens"] / count, times[0], times[1], count, known["model"])


def _warning(last: Question, skipped: list[Question], *, agent_wanted: bool) -> str | None:
    """A word to whoever reaches for the most that there is before the least was tried."""
    told: dict[str, str] = _table()["agent"]
    if agent_wanted:
        return f"{told['warning']}: {told['described']}"
    if last.id == "unknown_steps" and skipped:
        return f"{told['warning']}: {told['skipped']}: {', '.join(each.flags for each in skipped)}"
    return None


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text("utf-8"))
