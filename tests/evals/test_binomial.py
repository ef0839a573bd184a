"""The bounds agree with SciPy's, keep their promise, and say by themselves when a sample is too small."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom, binom

from evals.binomial import ALPHA, at_most, chance_of_confirmation, most_errors, upper_bound

SIZES = st.integers(1, 3000)
RATES = st.floats(0.001, 0.5)


@st.composite
def counts(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(SIZES)
    return draw(st.integers(0, n)), n


@given(counts())
def test_the_upper_bound_is_clopper_and_pearsons(count: tuple[int, int]) -> None:
    errors, n = count
    expected = 1.0 if errors == n else float(beta.ppf(1 - ALPHA, errors + 1, n - errors))
    assert upper_bound(errors, n) == pytest.approx(expected, abs=1e-9)


@given(counts(), RATES)
def test_the_probability_of_at_most_so_many_errors_is_the_binomials(count: tuple[int, int], rate: float) -> None:
    errors, n = count
    assert at_most(errors, n, rate) == pytest.approx(float(binom.cdf(errors, n, rate)), abs=1e-9)


@given(SIZES, RATES)
def test_one_error_more_than_the_most_breaks_the_risk(n: int, risk: float) -> None:
    most = most_errors(n, risk)
    assume(most < n)
    assert most < 0 or upper_bound(most, n) <= risk + 1e-9
    assert upper_bound(most + 1, n) > risk - 1e-9


@given(counts(), SIZES, RATES)
def test_the_chance_of_confirmation_is_beta_binomial(count: tuple[int, int], again: int, risk: float) -> None:
    errors, n = count
    assume(errors < n)
    expected = float(betabinom.cdf(most_errors(again, risk), again, errors + 1, n - errors))
    assert chance_of_confirmation(errors, n, again, risk) == pytest.approx(expected, abs=1e-6)


def test_the_bound_without_an_error_is_the_rule_of_three() -> None:
    assert upper_bound(0, 100) == pytest.approx(0.0295, abs=1e-4)
    assert (upper_bound(0, 59) < 0.05, upper_bound(0, 58) < 0.05) == (True, False)


def test_without_trials_nothing_is_known() -> None:
    assert upper_bound(0, 0) == 1
    assert upper_bound(3, 3) == 1
    assert chance_of_confirmation(0, 100, 0, 0.05) == 0
