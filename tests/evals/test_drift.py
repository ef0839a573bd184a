"""Drift is told from chance: two samples of one kind differ too, and are not called different for that."""

import numpy as np
import pytest

from evals.drift import confidence_drift, drift, route_drift
from evals.thresholds import Answered


def answers(random: np.random.Generator, n: int, shape: float = 4, share: float = 0.5) -> list[Answered]:
    routes = random.choice(["a", "b"], n, p=[share, 1 - share])
    return [Answered(str(route), float(random.beta(shape, 1)), right=True) for route in routes]


def test_the_index_is_jeffreys_divergence_of_the_shares() -> None:
    bins = np.array([0] * 60 + [1] * 40 + [0] * 40 + [1] * 60)
    p, q = 60.5 / 101, 40.5 / 101
    assert drift(bins, 100).psi == pytest.approx((p - q) * np.log(p / q) * 2)


def test_sets_of_one_kind_differ_by_chance_in_nineteen_of_twenty() -> None:
    random, calm = np.random.default_rng(1), 0
    for _ in range(40):
        measured = confidence_drift(answers(random, 80), answers(random, 120))
        calm += measured.reading == "no more than chance"
    assert calm >= 34


def test_other_confidences_and_other_routes_are_noticed_apart() -> None:
    random = np.random.default_rng(2)
    first, less_sure = answers(random, 400), answers(random, 400, shape=1)
    assert confidence_drift(first, less_sure).reading == "large"
    assert route_drift(first, less_sure).reading == "no more than chance"
    assert route_drift(first, answers(random, 400, share=0.9)).reading == "large"


def test_a_small_drift_that_many_messages_prove_is_called_small() -> None:
    random = np.random.default_rng(3)
    assert route_drift(answers(random, 4000), answers(random, 4000, share=0.56)).reading == "small"


def test_equal_confidences_fall_into_one_bin() -> None:
    same = [Answered("a", 1.0, right=True)] * 5
    assert confidence_drift(same, same).psi == 0
