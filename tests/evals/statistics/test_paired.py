"""Paired differences: intervals that hold the truth, and no certainty where there is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.coverage import BAND, coverage
from benchmarks.simulated_sets import POPULATIONS, Population
from evals.statistics.intervals import Floats
from evals.statistics.paired import DETECTABLE, LARGE, paired_difference
from evals.statistics.significance import mcnemar, sign_flip

SCORES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=15)
SETS = 200
LUCK = 0.03
"""How far a share of 200 sets may lie outside the band of 2,000, which `python -m benchmarks.coverage` holds."""


def sides(both: int, first: int, second: int, neither: int) -> tuple[Floats, Floats]:
    """Examples that both sides, one or none has right."""
    counts = [both, first, second, neither]
    return np.repeat([1.0, 1, 0, 0], counts), np.repeat([1.0, 0, 1, 0], counts)


@pytest.mark.parametrize("population", POPULATIONS[1::2], ids=lambda each: each.name)
def test_the_interval_holds_the_truth(population: Population) -> None:
    assert BAND[0] - LUCK <= coverage(population, 100, SETS) <= BAND[1] + LUCK


@given(SCORES)
@settings(max_examples=30)
def test_the_interval_holds_its_estimate_and_turns_with_the_sides(pairs: list[tuple[float, float]]) -> None:
    first, second = np.array(pairs).T
    found, turned = paired_difference(first, second), paired_difference(second, first)
    assert found.low <= found.mean <= found.high
    assert turned.mean == pytest.approx(-found.mean)
    assert turned.p == pytest.approx(found.p)
    assert turned.detectable == pytest.approx(found.detectable)


def test_it_is_the_same_at_every_call() -> None:
    random = np.random.default_rng(1)
    first, second = random.random(80), random.random(80)
    assert paired_difference(first, second) == paired_difference(first, second)


def test_a_set_without_a_difference_rules_out_no_more_than_three_in_n() -> None:
    found = paired_difference(*sides(70, 0, 0, 30))
    assert (found.mean, found.p) == (0, 1)
    assert 0.025 < found.high <= 0.03
    assert found.low == pytest.approx(-found.high, abs=0.005)


def test_where_every_verdict_turns_the_difference_is_no_more_than_all_of_them() -> None:
    first, second = sides(0, 10, 0, 0)
    found = paired_difference(first, second)
    assert (found.mean, found.low) == (-1.0, -1.0)
    assert -0.9 < found.high < 0


def test_right_and_wrong_are_tested_by_mcnemar_and_shares_by_sign_flips() -> None:
    assert paired_difference(*sides(60, 4, 15, 21)).p == mcnemar(4, 15)
    first, second = sides(60, 4, 15, 21)
    assert paired_difference(first / 2, second).p == sign_flip(second - first / 2)


def test_repetitions_do_not_pass_for_further_examples() -> None:
    random = np.random.default_rng(2)
    chances = random.random(50)
    one, many = ([random.binomial(times, chances) / times for _ in range(2)] for times in (1, 400))
    assert paired_difference(*one).detectable > 2 * paired_difference(*many).detectable  # noise is averaged away
    gains = paired_difference(chances, random.permutation(chances))  # differences between examples are not
    assert gains.high - gains.low > 0.15


def test_what_is_detectable_comes_from_the_paired_variance() -> None:
    found, shares = sides(60, 10, 10, 20), (np.linspace(0, 1, 100), np.linspace(0, 1, 100)[::-1])
    d, variance = paired_difference(*found).detectable, 22 / 102 / 102
    assert d == pytest.approx(DETECTABLE * np.sqrt(variance + (d - d**2) / 100))
    error = np.sqrt(np.mean(np.append(shares[1] - shares[0], [1, -1]) ** 2) / 102)
    assert paired_difference(*shares).detectable == pytest.approx(DETECTABLE * error)
    alike = paired_difference(*sides(70, 0, 0, 30)).detectable
    assert 0.08 < alike < 0.09  # of eight or nine failures in a hundred, six show: enough for p = 0.03


def test_a_large_set_has_the_normal_interval_and_it_is_the_bootstraps() -> None:
    random = np.random.default_rng(3)
    first, second = random.random(LARGE), random.random(LARGE)
    few, many = (paired_difference(*(np.append(side, side[:more]) for side in (first, second))) for more in (0, 1))
    assert many.n == LARGE + 1
    assert (many.low, many.high) == pytest.approx((few.low, few.high), abs=0.002)
    assert many.p == pytest.approx(few.p, abs=0.05)
