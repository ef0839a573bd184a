"""What is disturbed, and what it comes to: messages for every path through every graph, and a stranger's order."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baton.config.home import home
from tests.faults.desk import baseline, stranger
from tests.faults.desk.graphs import (
    APPROVE,
    INPUTS,
    MESSAGES,
    ORDER,
    THREAD,
    Seen,
    fresh,
    graphs,
    live,
    observe,
    path,
    questions,
    takes_stranger,
)
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady
from tests.faults.suite.children import KILLED, SAID, Ended, apart
from tests.faults.suite.frame import Outcome
from tests.faults.suite.warm import furnish

LATER_S = 3600.0
ACTING = ("refund", "hotel")
Build = tuple[str, str]
"""A graph's name, or the baseline's durability; and a message's name."""

STRANGER: Build = (stranger.NAME, ORDER)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run that nothing happens to."""

    ticks: int
    seen: Seen
    path: tuple[str, ...] = ()
    questions: int = 0
    """What it asks a person."""


@cache
def builds() -> tuple[Build, ...]:
    """One message for every path through every graph of `langgraph.json`, and the stranger's order."""
    found: dict[tuple[str, ...], Build] = {}
    for build in ((graph, name) for graph in graphs() for name in MESSAGES):
        found.setdefault((build[0], *run_undisturbed(build).path), build)
    return (*found.values(), *([STRANGER] if takes_stranger() else []))


def times(build: Build) -> int:
    """How often a build is drawn where one of the desk's is drawn once: the stranger's has every shape in one graph."""
    return 4 if build == STRANGER else 1


def builds_that_act() -> list[Build]:
    """Those of the builds that make a receiver act."""
    return [build for build in builds() if run_undisturbed(build).seen.fresh]


def builds_that_wait() -> list[Build]:
    """Those of the builds that wait for one decision of a person."""
    return [build for build in builds() if run_undisturbed(build).questions == 1]


def plain_builds() -> tuple[Build, ...]:
    """The baseline with both durabilities, on messages that make it act."""
    return tuple((durability, name) for durability in ("async", "sync") for name in ACTING)


@cache
def run_undisturbed(build: Build) -> Undisturbed:
    """What the run comes to by itself, in Baton."""
    with TemporaryDirectory(prefix="undisturbed-") as name:
        ticks, made = _text(Path(name), work_build, build), Path(name) / "home"
        right = expect_order() if build == STRANGER else observe(made)
        return Undisturbed(ticks, right, path(made), questions(made))


def expect_order(run: int = 1) -> Seen:
    """What a run of the stranger's must come to, by its description."""
    return Seen("done", stranger.expected_output(run), stranger.payments_due(run))


@cache
def plain_undisturbed(build: Build) -> Undisturbed:
    """As `undisturbed`, of the baseline."""
    with TemporaryDirectory(prefix="undisturbed-") as name:
        told = _text(Path(name), plainly_worked, build)
        return Undisturbed(told["ticks"], Seen(told["outcome"], told["reply"], fresh(Path(name) / "home")))


async def work_build(build: Build, at: int | None = None, generation: int = 0) -> int:
    """In a child: a client's work, perhaps killed at a tick; how many ticks it had."""
    shift_steady(generation * LATER_S)
    ticks = install(Ticks(at, kill))
    await live(build[0], INPUTS[build[1]], APPROVE)
    return ticks.total


async def plainly_worked(build: Build, at: int | None = None, generation: int = 0) -> dict[str, Any]:
    """As `work_build`, of the baseline."""
    ticks = install(Ticks(at, kill))
    state = await baseline.live(home(), THREAD, MESSAGES[build[1]], durability=build[0])
    return {"ticks": ticks.total, "outcome": state.get("outcome"), "reply": state.get("reply")}


def generations(folder: Path, target: Any, build: tuple[Any, ...], at: Sequence[int]) -> tuple[Ended, Outcome]:
    """One process after another, each killed at its tick, and one that is left alone."""
    killed = [apart(folder, target, build, tick, generation) for generation, tick in enumerate(at)]
    last, outcome = run_to_end(folder, target, build, None, len(at))
    return last, outcome + Outcome(kills=sum(each.code == KILLED for each in killed))


def run_to_end(folder: Path, target: Any, *args: Any) -> tuple[Ended, Outcome]:
    """A process that nobody disturbs must end by itself."""
    ended = apart(folder, target, *args)
    note = f"the last process ended with {ended.code}" if ended.code else ""
    return ended, Outcome(lost=int(ended.code != 0), note=note)


def _text(folder: Path, target: Any, build: Build) -> Any:
    furnish(folder)
    ended = apart(folder, target, build)
    if ended.code:
        raise RuntimeError(f"{build} does not work undisturbed: {(folder / SAID).read_text()}")
    return ended.told
