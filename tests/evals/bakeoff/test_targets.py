"""Targets: which names there are, and how a figure with its interval stands to one."""

import pytest

from evals.bakeoff.targets import AT_MOST, Standing, Target, targets_of
from evals.records import Metric


def figure(mean: float | None, low: float | None = None, high: float | None = None) -> Metric:
    return {"mean": mean, "ci95": [low, high], "n": 20}


@pytest.mark.parametrize(
    "given, standing",
    [
        (figure(0.9, 0.85, 0.95), "met"),
        (figure(0.9, 0.75, 0.95), "just_met"),
        (figure(0.8, 0.8, 0.95), "met"),
        (figure(0.7, 0.65, 0.85), "just_missed"),
        (figure(0.7, 0.65, 0.75), "missed"),
        (figure(0.7), "missed"),
        (figure(None), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_metric_reaches_its_target(given: Metric | None, standing: Standing) -> None:
    assert Target("task_completion", 0.8).standing(given) == standing


@pytest.mark.parametrize(
    "given, standing",
    [
        (figure(900, 700, 1000), "met"),
        (figure(900, 700, 1200), "just_met"),
        (figure(1100, 900, 1200), "just_missed"),
        (figure(1100, 1050, 1200), "missed"),
        (None, "unknown"),
    ],
)
def test_a_measure_does_not_exceed_its_target(given: Metric | None, standing: Standing) -> None:
    assert Target("p95_ms", 1000).standing(given) == standing


def test_every_measure_and_the_metric_that_decides_can_be_a_target() -> None:
    names = ["route", *AT_MOST]
    assert [each.name for each in targets_of([f"{name}=0" for name in names], "route")] == names
