"""How often a fitted threshold is confirmed: the router's answers to files of messages, dealt into halves many times.

python -m benchmarks.threshold_rules FILE.csv ...

For each stated risk it prints, over 200 deals: how often the upper bound on the other half was within it under the rule
of `baton eval calibrate`, and under the plain rule (the lowest threshold whose own bound keeps the risk); how far the
bound was over it where it was not; and how many of 1,000 messages each rule hands to people.
"""

import sys
from pathlib import Path

import numpy as np

from baton.cli.terminal.output import say
from desk.business import business
from evals.binomial import most_errors
from evals.calibration_sets import merged, split_sets
from evals.dataset import read
from evals.examples import Example
from evals.thresholds import Answered, Point, curve, fit, point_at

RISKS, DEALS = (0.03, 0.05, 0.07, 0.1), 200


def main(files: list[str]) -> None:
    """Print the table."""
    examples = merged([(file, read(Path(file))[0]) for file in files])
    known = {each.id: answered(each) for each in examples}
    deals = [split_sets(examples, seed) for seed in range(DEALS)]
    halves = [([known[each.id] for each in deal.first], [known[each.id] for each in deal.second]) for deal in deals]
    for risk in RISKS:
        rule = [
            point_at(second, found.point.threshold)
            for first, second in halves
            if (found := fit(first, risk, len(second)))
        ]
        plain = [point_at(second, low) for first, second in halves if (low := lowest(first, risk)) is not None]
        say(f"risk {risk:.0%}: {told(rule, risk)}; the plain rule {told(plain, risk)}")


def answered(example: Example) -> Answered:
    guess = business().knowledge().guess(example.inputs.message)
    return Answered(guess.route, guess.confidence, guess.route == example.expected.route)


def lowest(answers: list[Answered], risk: float) -> float | None:
    """The lowest threshold whose own bound keeps the risk."""
    return min(
        (each.threshold for each in curve(answers) if each.errors <= most_errors(each.alone, risk)), default=None
    )


def told(points: list[Point], risk: float) -> str:
    if not points:
        return "found no threshold"
    over = [each.upper - risk for each in points if each.upper > risk]
    people = round(1000 * (1 - float(np.mean([each.coverage for each in points]))))
    beyond = (
        f", else over it by {100 * float(np.median(over)):.1f} points (at most {100 * max(over):.1f})" if over else ""
    )
    kept = sum((each.risk or 0) <= risk for each in points)
    confirmed = len(points) - len(over)
    return f"confirmed {confirmed} of {len(points)}{beyond}, observed risk within it {kept}, to people {people}"


if __name__ == "__main__":
    main(sys.argv[1:])
