"""Measures how often a comparison calls like better or worse than like, and how often it sees what is there.

`python -m benchmarks.false_alarms` compares the same configuration with itself in 400 seeded repeats, with answer
noise: the verdict may be "better" or "worse" in at most 7 % of them, and so may any of the other figures. Then the
answers of one side are made worse by what the set says that it can just show: four of five comparisons should see it.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from benchmarks.simulated_sets import cells_of_noisy_answers
from evals.comparison.comparing import compare
from evals.comparison.records import Comparison

REPEATS = 400
MOST_ALARMS = 0.07
LEAST_POWER = 0.75
SETS = ((100, 1), (100, 3), (220, 1))
"""Examples and repetitions."""

CLAIMS = {"better", "worse"}


def comparisons(examples: int, repetitions: int, repeats: int, *, harder: float = 0.0) -> Iterator[Comparison]:
    """Yield comparisons of two experiments that differ in their noise, and in what `harder` takes from the second."""
    for seed in range(repeats):
        first = cells_of_noisy_answers(2 * seed, examples, repetitions)
        yield compare(first, cells_of_noisy_answers(2 * seed + 1, examples, repetitions, harder=harder))


def claims(comparison: Comparison) -> tuple[bool, bool]:
    """Return whether the verdict, and whether any of the other figures, is "better" or "worse"."""
    primary, metrics = comparison["primary"], comparison["metrics"]
    others = [each["verdict"] for name, each in metrics.items() if name != primary]
    others += [each["verdict"] for step in comparison["steps"].values() for each in step.values()]
    return comparison["verdict"] in CLAIMS, bool(CLAIMS & set(others))


def main() -> int:
    """Print the table; return 1 where there are too many false alarms, or too little is seen."""
    table = Table("examples", "repetitions", "false alarms", "among the others", "detectable", "seen")
    is_met = True
    for examples, repetitions in SETS:
        likes = list(comparisons(examples, repetitions, REPEATS))
        alarms, others = (sum(each) / REPEATS for each in zip(*map(claims, likes), strict=True))
        detectable = sum(each["metrics"][each["primary"]]["mde"] or 0 for each in likes) / REPEATS
        worse = comparisons(examples, repetitions, REPEATS, harder=detectable)
        power = sum(each["verdict"] == "worse" for each in worse) / REPEATS
        table.add_row(
            *(str(examples), str(repetitions), f"{alarms:.4f}", f"{others:.4f}", f"{detectable:.3f}", f"{power:.3f}")
        )
        is_met = is_met and max(alarms, others) <= MOST_ALARMS and power >= LEAST_POWER
    Console().print(table, f"{REPEATS} repeats each; at most {MOST_ALARMS} false alarms, at least {LEAST_POWER} seen")
    return int(not is_met)


if __name__ == "__main__":
    raise SystemExit(main())
