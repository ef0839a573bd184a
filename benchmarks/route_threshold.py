"""Derives the shipped `route_threshold`: risk and coverage by cross-validation on the desk's own examples.

`python -m benchmarks.route_threshold` trains the router on three quarters of the examples and asks it about the rest,
four times. Coverage is the share of messages that reach a route at the first tier, risk the share of those that reach a
wrong one. The shipped threshold is the lowest of the table whose risk is at most RISK.
"""

import random

from rich.console import Console
from rich.table import Table

from bank.knowledge import FOLDER
from desk.knowledge.router import Router
from desk.knowledge.routes import Route, load_routes
from desk.knowledge.training import train

RISK = 0.04  # many examples were written to be taken for another topic: of real messages fewer go wrong
FOLDS = 4
STEPS = [step / 100 for step in range(80, 92)]
Example = tuple[str, str, str]  # route, topic, message


def main() -> int:
    """Measure and print the table."""
    guesses = [guess for fold in range(FOLDS) for guess in _guess_fold(fold)]
    table = Table("threshold", "coverage", "risk", title=f"{len(guesses)} examples, {FOLDS} folds")
    for threshold in STEPS:
        sure = [right for confidence, right in guesses if confidence >= threshold]
        risk = 1 - sum(sure) / len(sure)
        table.add_row(
            f"{threshold:.2f}", f"{len(sure) / len(guesses):.3f}", f"{risk:.4f}{' *' if risk <= RISK else ''}"
        )
    Console().print(table, f"* a risk of at most {RISK}")
    return 0


def _guess_fold(fold: int) -> list[tuple[float, bool]]:
    """Train without one fold; return confidence and rightness for each of its examples."""
    routes = load_routes(FOLDER / "routes")
    examples = [
        (name, *pair) for name, route in routes.items() for pair in zip(route.topics, route.examples, strict=True)
    ]
    random.Random(0).shuffle(examples)
    router = _train_on(routes, [each for index, each in enumerate(examples) if index % FOLDS != fold])
    guesses = [(route, router.guess(message)) for route, _, message in examples[fold::FOLDS]]
    return [(guess.confidence, guess.route == route) for route, guess in guesses]


def _train_on(routes: dict[str, Route], examples: list[Example]) -> Router:
    def of(name: str) -> Route:
        mine = [each for each in examples if each[0] == name]
        return Route(name, routes[name].definition, tuple(m for _, _, m in mine), tuple(topic for _, topic, _ in mine))

    return train({name: of(name) for name in routes})


if __name__ == "__main__":
    raise SystemExit(main())
