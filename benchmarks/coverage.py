"""Measures how often the paired intervals hold the truth, on simulated sets whose difference is known.

`python -m benchmarks.coverage` draws 2,000 sets from each population and size. Each row must lie in the band.
"""

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.simulated_sets import POPULATIONS, Population
from evals.statistics.paired import paired_difference

SETS = 2_000
SIZES = (100, 250)
BAND = (0.925, 0.975)
ROUNDING = 1e-9


def coverage(population: Population, examples: int, sets: int) -> float:
    """Return the share of sets whose interval holds the true difference."""
    random = np.random.default_rng(examples)
    differences = (paired_difference(*population.draw(random, examples)) for _ in range(sets))
    held = [each.low - ROUNDING <= population.truth <= each.high + ROUNDING for each in differences]
    return sum(held) / sets


def main() -> int:
    """Print the table; return 1 where a row lies outside the band."""
    rows = [(each, size, coverage(each, size, SETS)) for each in POPULATIONS for size in SIZES]
    table = Table("population", "true difference", "examples", "held", title=f"95 % intervals, {SETS:,} sets each")
    for population, size, share in rows:
        table.add_row(population.name, f"{population.truth:+.2f}", str(size), f"{share:.4f}")
    Console().print(table, f"each must lie between {BAND[0]} and {BAND[1]}")
    return int(any(not BAND[0] <= share <= BAND[1] for _, _, share in rows))


if __name__ == "__main__":
    raise SystemExit(main())
