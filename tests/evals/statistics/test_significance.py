"""Tests agree with scipy's on random data, and with figures worked out by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.statistics.significance import holm, mcnemar, sign_flip

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_scipys_binomial_test(only_first: int, only_second: int) -> None:
    n = only_first + only_second
    reference = stats.binomtest(only_first, n).pvalue if n else 1.0
    assert mcnemar(only_first, only_second) == pytest.approx(reference, abs=1e-9)


def test_mcnemar_counts_discordant_pairs_whatever_their_number() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 6) == 2 / 64
    assert mcnemar(1, 5) == 2 * (1 + 6) / 64
    assert 0 < mcnemar(4_500, 5_500) < 1e-20


@given(st.integers(0, 6), st.integers(0, 5), st.integers(0, 30))
def test_on_pairs_right_and_wrong_the_sign_flips_are_mcnemars_test(ups: int, downs: int, ties: int) -> None:
    differences = np.repeat([1.0, -1.0, 0.0], [ups, downs, ties])
    assert sign_flip(differences) == pytest.approx(mcnemar(downs, ups))


def test_few_differences_are_flipped_in_every_way() -> None:
    moved = np.array([0.4, 0.3, -0.1, 0.25])
    sums = [abs(float(np.dot(signs, moved))) for signs in product((1, -1), repeat=4)]
    assert sign_flip(moved) == sum(each >= 0.85 - 1e-12 for each in sums) / 16


def test_many_differences_are_sampled_and_agree_with_scipys() -> None:
    differences = np.random.default_rng(3).normal(0.15, 1, 150)
    reference = stats.permutation_test(
        (differences,), np.sum, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(4)
    )
    assert sign_flip(differences) == pytest.approx(reference.pvalue, abs=0.015)
    assert sign_flip(differences) == sign_flip(differences)
    assert sign_flip(np.full(150, 0.01)) == 1 / 10_000


def test_holm_is_what_is_worked_out_by_hand() -> None:
    # sorted: 0.005 x 4 = 0.02, 0.01 x 3 = 0.03, 0.03 x 2 = 0.06, 0.04 x 1 = 0.04 and not below the one before it
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(P_VALUES)
def test_holm_keeps_the_order_and_is_between_the_value_and_bonferronis(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for p, each in zip(p_values, corrected, strict=True):
        assert p <= each <= min(p * len(p_values), 1) + 1e-12
    assert [corrected[index] for index in np.argsort(p_values)] == sorted(corrected)
