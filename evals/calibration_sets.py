"""The two sets of examples of a threshold report: one to fit on, one to verify on. Functions of values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baton.errors import UsageError
from evals.examples import Example

FIT_SPLIT = "dev"


@dataclass(frozen=True, slots=True)
class ExampleSets:
    """The examples to fit on and those to verify on, each of them with the right route, and the names of both sets."""

    first: Sequence[Example]
    second: Sequence[Example]
    first_name: str
    second_name: str

    @property
    def all(self) -> list[Example]:
        """The examples of both, those to fit on first; no two have one id."""
        marked = (("fit", self.first), ("verify", self.second))
        return [each.model_copy(update={"id": f"{mark}/{each.id}"}) for mark, those in marked for each in those]


def merged(datasets: Sequence[tuple[str, Sequence[Example]]]) -> list[Example]:
    """Return the examples of several named datasets as one; where there are several, their names go into the ids."""
    several = len(datasets) > 1
    return [
        each.model_copy(update={"id": f"{name}/{each.id}"}) if several else each
        for name, examples in datasets
        for each in examples
    ]


def split_sets(examples: Sequence[Example], seed: int) -> ExampleSets:
    """Return the sets by the splits, dev to fit and test to verify; without splits two halves, dealt by the seed.

    Raises:
        UsageError: one of them is empty.
    """
    routed = _routed(examples)
    if any(each.split for each in routed):
        first = [each for each in routed if each.split == FIT_SPLIT]
        return _checked(ExampleSets(first, [each for each in routed if each.split != FIT_SPLIT], "dev", "test"))
    order = np.random.default_rng(seed).permutation(len(routed))
    first, second = ([routed[place] for place in sorted(half)] for half in np.array_split(order, 2))
    return _checked(ExampleSets(first, second, f"one half (seed {seed})", "the other half"))


def given_sets(first: Sequence[Example], second: Sequence[Example], first_name: str, second_name: str) -> ExampleSets:
    """Return sets that lie in files of their own.

    Raises:
        UsageError: one of them is empty.
    """
    return _checked(ExampleSets(_routed(first), _routed(second), first_name, second_name))


def _routed(examples: Sequence[Example]) -> list[Example]:
    return [each for each in examples if each.expected.route is not None]


def _checked(sets: ExampleSets) -> ExampleSets:
    for name, examples in ((sets.first_name, sets.first), (sets.second_name, sets.second)):
        if not examples:
            raise UsageError(
                f"{name} has no example with a route; a threshold is fitted on one set, verified on another"
            )
    return sets
