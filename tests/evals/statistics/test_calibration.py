"""Calibration and selective accuracy, against figures worked out by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.statistics.calibration import Guess, accuracy_top60, brier, ece

GUESSES = st.lists(st.builds(Guess, st.floats(0, 1), st.booleans()), min_size=2, max_size=30)


def test_ece_weighs_each_bins_gap_by_its_guesses() -> None:
    guesses = [*(Guess(0.95, right) for right in (True, True, True, False)), Guess(0.55, right=True)]
    assert ece(guesses).mean == pytest.approx(4 / 5 * abs(0.95 - 0.75) + 1 / 5 * abs(0.55 - 1))


def test_full_confidence_falls_into_the_last_bin() -> None:
    assert ece([Guess(1.0, right=True), Guess(1.0, right=True)]).mean == 0


def test_neighbouring_bins_do_not_cancel() -> None:
    assert ece([Guess(0.45, right=False), Guess(0.55, right=True)]).mean == pytest.approx(0.45)


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier([Guess(0.8, right=True), Guess(0.6, right=False)]).mean == pytest.approx((0.04 + 0.36) / 2)


def test_the_top_sixty_percent_are_the_most_confident() -> None:
    guesses = [Guess(0.1, right=False), Guess(0.9, right=True), Guess(0.8, right=True), Guess(0.2, right=False)]
    found = accuracy_top60([*guesses, Guess(0.7, right=False)])
    assert found.mean == pytest.approx(2 / 3)
    assert found.n == 3


@given(GUESSES)
@settings(max_examples=5)  # each example is resampled thousands of times
def test_all_stay_between_nought_and_one(guesses: list[Guess]) -> None:
    for found in (ece(guesses), brier(guesses), accuracy_top60(guesses)):
        assert found.low is not None
        assert found.high is not None
        assert 0 <= found.low <= found.high <= 1 + 1e-9
