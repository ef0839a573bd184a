"""The frame of the fault suite: a row of the matrix yields trials, a trial says what its judges saw.

A row is a function in a module of `tests/faults/rows`, and is found by itself:

    @row(5, "the model's endpoint fails for a while", sample=400)
    def failing_for_a_while(seed: int) -> Iterator[Trial]:
        yield Trial("429, then an answer", "baton", partial(_failing, replies))

A trial is called with an empty folder of its own, in a process without threads, and returns an `Outcome`. It works in
children (`tests.faults.suite.children`), for a thread in the parent would not survive the next fork.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal

Side = Literal["baton", "plain"]
ROWS_FOLDER = Path(__file__).parents[1] / "rows"
PLAIN = 60  # trials of the baseline in a row show enough
COUNTS = ("kills", "lost", "doubled", "in_doubt", "silent", "tracebacks")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the judges saw of one trial; all but `note` are counts."""

    kills: int = 0
    """Processes that were killed; none where the run was over before its tick came."""
    lost: int = 0
    """Runs that did not end as they must."""
    doubled: int = 0
    """Requests to act that the bank took for new ones, beyond the first."""
    in_doubt: int = 0
    """Effects that were parked where the matrix allows it; anywhere else they are `lost`."""
    silent: int = 0
    """Results that are wrong although nobody was told."""
    tracebacks: int = 0
    note: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.lost or self.doubled or self.silent or self.tracebacks)

    def __add__(self, other: "Outcome") -> "Outcome":
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Outcome(**counts, note="; ".join(filter(None, (self.note, other.note))))

    def __str__(self) -> str:
        counts = [f"{getattr(self, name)} {name}" for name in COUNTS[1:] if getattr(self, name)]
        return ": ".join(filter(None, (", ".join(counts), self.note))) or "as it must be"


@dataclass(frozen=True, slots=True)
class Trial:
    """One injection into Baton, or into the same desk on plain LangGraph."""

    name: str
    side: Side
    run: Callable[[Path], Outcome]


Trials = Callable[[int], Iterable[Trial]]


@dataclass(frozen=True, slots=True)
class Row:
    """One fault of the matrix; `trials` makes them from a seed, always the same ones in the same order."""

    number: int
    fault: str
    trials: Trials
    plain_must_fail: bool = False
    sample: int | None = None
    """How many trials are run unless all are asked for; None for all. Of the baseline's, at most `PLAIN`."""


@dataclass(slots=True)
class Total:
    """What all trials of one row and side came to."""

    trials: int = 0
    seconds: float = 0.0
    seen: Outcome = field(default_factory=Outcome)
    failures: list[tuple[int, str, Outcome]] = field(default_factory=list)
    """Trial number, its name, what was seen."""

    def add(self, number: int, trial: Trial, seen: Outcome, seconds: float) -> None:
        self.trials += 1
        self.seconds += seconds
        self.seen = replace(self.seen + seen, note="")
        if seen.failed:
            self.failures.append((number, trial.name, seen))


ROWS: dict[int, Row] = {}
"""All rows by their number, once `load` was called."""


def row(
    number: int, fault: str, *, plain_must_fail: bool = False, sample: int | None = None
) -> Callable[[Trials], Trials]:
    """Register what is decorated as a row of the matrix."""

    def register(trials: Trials) -> Trials:
        if number in ROWS and ROWS[number].trials.__qualname__ != trials.__qualname__:
            raise ValueError(f"row {number} is there already: {ROWS[number].fault}")
        ROWS[number] = Row(number, fault, trials, plain_must_fail, sample)
        return trials

    return register


def load() -> dict[int, Row]:
    """Import every module of `rows`; return the rows in the order of their numbers."""
    for file in sorted(ROWS_FOLDER.glob("*.py")):
        import_module(f"tests.faults.rows.{file.stem}")
    return dict(sorted(ROWS.items()))


def sample_trials(trials: Sequence[Trial], most: Mapping[Side, int], seed: int) -> list[int]:
    """The numbers of at most so many trials of each side.

    A side's trials are cut into as many equal stretches and one is drawn from each, so that whatever the trials go
    through in turn (graphs, messages, moments) is in the sample too.
    """
    chosen: list[int] = []
    for side, limit in most.items():
        numbers = [number for number, trial in enumerate(trials) if trial.side == side]
        few, chance = min(limit, len(numbers)), Random(seed)
        cuts = [len(numbers) * cut // few for cut in range(few + 1)] if few else []
        chosen += [numbers[chance.randrange(*stretch)] for stretch in pairwise(cuts)]
    return sorted(chosen)
