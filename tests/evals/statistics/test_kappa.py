"""Cohen's kappa against figures worked out by hand, and intervals that hold the truth."""

import numpy as np
import pytest

from evals.statistics.intervals import NOTHING, wilson
from evals.statistics.kappa import cohen_kappa


def labels(both: int, first: int, second: int, neither: int) -> tuple[list[bool], list[bool]]:
    """Two raters: so many things both call true, only one of them does, or neither."""
    counts = [both, first, second, neither]
    return (
        [each for each, times in zip((True, True, False, False), counts, strict=True) for _ in range(times)],
        [each for each, times in zip((True, False, True, False), counts, strict=True) for _ in range(times)],
    )


def test_kappa_is_agreement_beyond_chance() -> None:
    # 35 of 50 agree: 0.7. Chance: 25/50 x 30/50 + 25/50 x 20/50 = 0.5
    assert cohen_kappa(*labels(20, 5, 10, 15)).mean == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_three_labels_are_as_good_as_two() -> None:
    first, second = list("aaabbbcccc"), list("aabbbcccca")
    # agree: 2 a, 2 b, 3 c. Chance: (3 x 3 + 3 x 3 + 4 x 4) / 100
    assert cohen_kappa(first, second).mean == pytest.approx((0.7 - 0.34) / (1 - 0.34))


def test_the_interval_comes_from_that_of_the_agreement() -> None:
    found, agreed = cohen_kappa(*labels(20, 5, 10, 15)), wilson(35, 50)
    assert agreed.low is not None
    assert agreed.high is not None
    assert (found.low, found.high, found.n) == (2 * agreed.low - 1, 2 * agreed.high - 1, 50)


def test_full_agreement_is_not_certainty() -> None:
    found = cohen_kappa([True, False] * 10, [True, False] * 10)
    assert found.mean == found.high == 1
    assert found.low is not None
    assert 0.6 < found.low < 0.8


def test_one_label_for_everything_says_nothing() -> None:
    assert cohen_kappa(["a"] * 5, ["a"] * 5).as_object() == {"mean": None, "ci95": [None, None], "n": 5}
    assert cohen_kappa([], []) == NOTHING


def test_raters_who_rate_different_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        cohen_kappa([True, False], [True])


@pytest.mark.parametrize("right", [0.8, 0.95])
def test_the_interval_holds_the_truth(right: float) -> None:
    random, truth, held = np.random.default_rng(5), 2 * right - 1, 0
    for _ in range(500):
        first = random.random(60) < 0.5
        found = cohen_kappa(first.tolist(), np.where(random.random(60) < right, first, ~first).tolist())
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 500 <= 0.99
