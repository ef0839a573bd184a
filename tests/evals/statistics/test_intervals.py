"""Estimates agree with scipy's, hold what they estimate, and are the same at every call."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evals.statistics.intervals import NOTHING, bootstrap, estimate, normal_interval, percentile, wilson


def mean(sample: "np.typing.NDArray[np.float64]") -> float:
    return float(sample.mean())


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(counts: tuple[int, int]) -> None:
    successes, n = counts
    found = wilson(successes, n)
    reference = stats.binomtest(successes, n).proportion_ci(method="wilson")
    assert found.low == pytest.approx(reference.low, abs=1e-9)
    assert found.high == pytest.approx(reference.high, abs=1e-9)
    assert found.mean == successes / n


@pytest.mark.parametrize("n", [20, 300])
def test_the_bootstrap_is_scipys_but_for_its_luck(n: int) -> None:
    values = np.random.default_rng(1).beta(2, 1, n)
    found = bootstrap(values, mean)
    reference = stats.bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(2))
    assert found.low == pytest.approx(reference.confidence_interval.low, abs=0.01)
    assert found.high == pytest.approx(reference.confidence_interval.high, abs=0.01)
    assert found == bootstrap(values, mean)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
@settings(max_examples=10)  # each example is resampled thousands of times
def test_an_interval_holds_its_estimate(values: list[float]) -> None:
    found = estimate(values)
    assert found.low is not None
    assert found.mean is not None
    assert found.high is not None
    assert found.low <= found.mean <= found.high
    assert found.n == len(values)


def test_truths_are_a_proportion_and_numbers_a_mean() -> None:
    assert estimate([True, True, False]) == wilson(2, 3)
    assert estimate([1.0, 1.0, 1.0]).low == 1.0


def test_nothing_is_told_of_nothing_and_no_certainty_of_one() -> None:
    assert estimate([]) == NOTHING
    assert NOTHING.as_object() == {"mean": None, "ci95": [None, None], "n": 0}
    assert estimate([0.5]).as_object() == {"mean": 0.5, "ci95": [None, None], "n": 1}


def test_percentiles_are_those_of_the_values() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([7], 0.95) == 7
    assert percentile([], 0.5) is None


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_the_normal_interval_is_scipys(mean: float, error: float) -> None:
    assert normal_interval(mean, error) == pytest.approx(stats.norm.interval(0.95, mean, error), abs=1e-6)
