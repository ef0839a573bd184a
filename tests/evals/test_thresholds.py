"""A fitted threshold keeps the stated risk on other messages too, and is confirmed as often as it says."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.records import OTHER
from evals.binomial import upper_bound
from evals.thresholds import Answered, curve, fewest_for, fit, point_at

ROUTES = st.sampled_from(["a", "b", OTHER])
ANSWERS = st.lists(st.builds(Answered, ROUTES, st.floats(0, 1), st.booleans()), max_size=40)
SETS, RISK = 40, 0.1


def drawn(random: np.random.Generator, n: int) -> list[Answered]:
    """Answers whose confidence is calibrated: each is right as often as it says."""
    confidences = random.beta(8, 1, n)
    return [Answered("a", float(each), bool(random.random() < each)) for each in confidences]


def test_the_desk_works_alone_what_reaches_the_threshold_and_is_for_it() -> None:
    answers = [
        Answered("a", 0.9, right=True),
        Answered("b", 0.8, right=False),
        Answered("a", 0.79, right=True),
        Answered(OTHER, 0.99, right=False),
    ]
    point = point_at(answers, 0.8)
    assert (point.messages, point.alone, point.errors) == (4, 2, 1)
    assert (point.coverage, point.risk) == (0.5, 0.5)
    assert point.upper == pytest.approx(upper_bound(1, 2))


@given(ANSWERS)
def test_the_curve_runs_from_the_strictest_threshold_to_the_one_that_all_reach(answers: Sequence[Answered]) -> None:
    points = curve(answers)
    assert [each.threshold for each in points] == sorted({each.threshold for each in points}, reverse=True)
    assert [each.alone for each in points] == sorted(each.alone for each in points)
    for_the_desk = sum(each.route != OTHER for each in answers)
    assert (points[-1].alone if points else 0) == for_the_desk


@given(ANSWERS)
def test_the_curve_counts_what_a_look_at_each_threshold_counts(answers: Sequence[Answered]) -> None:
    points = curve(answers)
    assert points == [point_at(answers, each.threshold) for each in points]


@given(ANSWERS, st.lists(st.booleans(), min_size=40, max_size=40))
def test_thresholds_are_chosen_by_the_confidences_alone(answers: Sequence[Answered], right: list[bool]) -> None:
    turned = [Answered(each.route, each.confidence, truth) for each, truth in zip(answers, right, strict=False)]
    assert [each.threshold for each in curve(turned)] == [each.threshold for each in curve(answers)]


@given(ANSWERS, st.floats(0.01, 0.5))
def test_a_fitted_threshold_keeps_the_risk_on_its_own_set(answers: Sequence[Answered], risk: float) -> None:
    fitted = fit(answers, risk, len(answers))
    assert fitted is None or fitted.point.upper <= risk + 1e-9


def test_too_few_messages_give_no_threshold_however_right_they_are() -> None:
    right = [Answered("a", 0.9, right=True)] * 58
    assert fit(right, 0.05, 58) is None
    assert fewest_for(0.05) == 59
    assert fit([*right, right[0]], 0.05, 59) is not None


def test_the_lowest_threshold_that_is_likely_to_be_confirmed_is_taken() -> None:
    sure = [Answered("a", 0.9, right=True)] * 300
    unsure = [Answered("a", 0.5, right=number % 2 == 0) for number in range(100)]
    fitted = fit([*sure, *unsure], 0.05, 400)
    assert fitted is not None
    assert (fitted.point.threshold, fitted.point.alone, fitted.point.errors) == (0.9, 300, 0)


def test_a_second_set_confirms_it_as_often_as_was_said() -> None:
    random, confirmed, kept = np.random.default_rng(7), list[bool](), list[bool]()
    for _ in range(SETS):
        fitted, second = fit(drawn(random, 600), RISK, 600), drawn(random, 600)
        assert fitted is not None
        confirmed.append(point_at(second, fitted.point.threshold).upper <= RISK)
        kept.append((point_at(drawn(random, 2000), fitted.point.threshold).risk or 0) <= RISK)
    assert np.mean(confirmed) >= 0.8, "0.9 was wanted; of 40 sets so few confirm in one of a hundred trials"
    assert np.mean(kept) >= 0.95
