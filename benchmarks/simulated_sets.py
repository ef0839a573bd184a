"""Simulated sets of examples: two sides, of which the true difference is known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evals.comparison.cells import Cell
from evals.statistics.intervals import Floats

Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Population:
    """What examples are drawn from: `draw` returns both sides of n examples, `truth` is the mean of second - first."""

    name: str
    draw: Draw
    truth: float


def right_or_wrong(only_second: float, only_first: float) -> Population:
    """Answers that are right or wrong; the arguments are the shares of examples that only one side has right."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        kind = random.random(n)
        first = (kind < only_first) | (kind > (1 + only_first + only_second) / 2)
        return first.astype(float), np.where(kind < only_first + only_second, ~first, first).astype(float)

    return Population(f"right or wrong, {only_second:.0%} against {only_first:.0%}", draw, only_second - only_first)


def repeated(repetitions: int, gain: float) -> Population:
    """Answers that are right with a probability of the example's own, each worked so many times."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        chance = random.beta(2, 1, n) * (1 - gain)
        first, second = (random.binomial(repetitions, each) / repetitions for each in (chance, chance + gain))
        return first, second

    return Population(f"{repetitions} repetitions", draw, gain)


def shares(gain: float) -> Population:
    """Scores between 0 and 1, as the precision of citations: many are full, the others anything."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        hard, noise = random.random(n) < 0.4, random.uniform(0, 1 - gain, (2, n))
        return np.where(hard, noise[0], 1 - gain), np.where(hard, noise[1], 1 - gain) + gain

    return Population("shares", draw, gain)


def skewed() -> Population:
    """Latencies: most are short and a few very long, in milliseconds."""

    def draw(random: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        first = random.exponential(1_000, n)
        return first, first + random.exponential(400, n)

    return Population("latencies", draw, 400)


POPULATIONS = (
    right_or_wrong(0.1, 0.1),
    right_or_wrong(0.12, 0.05),
    right_or_wrong(0.4, 0.05),
    right_or_wrong(0.03, 0.0),
    right_or_wrong(0.02, 0.02),
    repeated(3, 0.05),
    shares(0.05),
    skewed(),
)


def cells_of_noisy_answers(seed: int, examples: int, repetitions: int, *, harder: float = 0.0) -> list[Cell]:
    """Return an experiment with answer noise, `seed`'s; example by example its chances are the same for every seed.

    `harder` is by how much every chance of a right answer is lower.
    """
    chances, random = np.random.default_rng(examples).beta(3, 1, examples), np.random.default_rng(seed)
    return [
        Cell(
            example_id=f"x{index}",
            example_hash="",
            repetition=repetition,
            is_error=False,
            scores={"task_completion": bool(random.random() < chance - harder), "says": float(random.random())},
            steps={"classify": {"route": bool(random.random() < chance), "topic": bool(random.random() < chance)}},
            latency_ms=float(random.exponential(900)),
            tokens=int(random.integers(500, 900)),
            cost_usd=None,
        )
        for index, chance in enumerate(chances)
        for repetition in range(1, repetitions + 1)
    ]
