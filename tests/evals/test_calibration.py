"""The threshold report says in words what was kept, or by how much it was not; and what cannot be concluded."""

import csv
from pathlib import Path

import pytest

from desk.business import business
from evals.calibration import AnsweredSet, CalibrationReport, calibration_report, reliability
from evals.thresholds import Answered
from tests.evals.conftest import HOUSE
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

FOREIGN = HOUSE.parent / "shared" / "data"
FILES = [FOREIGN / "banking77_dev.csv", FOREIGN / "out_of_scope_dev.csv"]
"""Real messages; they are never part of the repository."""

SURE = [Answered("a", 0.95, right=True)] * 300
UNSURE = [Answered("b", 0.45, right=number % 2 == 0) for number in range(100)]


def report(first: list[Answered], second: list[Answered], risk: float = 0.05) -> CalibrationReport:
    return calibration_report("toy", AnsweredSet("one half", first), AnsweredSet("the other", second, 2), risk)


def test_a_risk_that_is_kept_is_said_to_be_within_the_stated_one() -> None:
    found = report([*SURE, *UNSURE], [*SURE, *UNSURE])
    threshold = found["threshold"]
    assert threshold is not None
    assert (threshold["value"], threshold["within"], threshold["excess"]) == (0.95, True, 0)
    assert threshold["verify"]["to_people_per_thousand"] == 250
    assert "works 300 messages of the second set alone and sends 0 the wrong way (0.0%)" in found["verdict"]
    assert found["verdict"].endswith("is 1.0%, which is within the stated 5.0%.")


def test_a_risk_that_is_not_kept_is_told_by_how_much() -> None:
    worse = [*SURE[:280], *(Answered("a", 0.95, right=False) for _ in range(20)), *UNSURE]
    found = report([*SURE, *UNSURE], worse)
    threshold = found["threshold"]
    assert threshold is not None
    assert not threshold["within"]
    assert threshold["excess"] == pytest.approx(threshold["verify"]["upper"] - 0.05, abs=1e-3)
    assert f"{100 * threshold['excess']:.1f} points over the stated 5.0%" in found["verdict"]


def test_three_examples_allow_no_conclusion() -> None:
    found = report(SURE[:3], SURE[:3])
    assert found["threshold"] is None
    assert found["verdict"].startswith("No threshold keeps the risk within 5.0%")
    assert "59 messages without an error are the fewest that could show it" in found["verdict"]


def test_bins_hold_their_counts_with_the_mean_confidence_and_what_was_right() -> None:
    bins = reliability([*SURE[:10], *UNSURE[:4], Answered("a", 1.0, right=False)])
    assert {each["low"]: each["n"] for each in bins if each["n"]} == {0.4: 4, 0.9: 11}
    last = bins[-1]
    assert last["confidence"] == pytest.approx((10 * 0.95 + 1) / 11, abs=1e-4)
    assert last["accuracy"]["mean"] == pytest.approx(10 / 11, abs=1e-4)
    assert bins[0]["confidence"] is None


def test_messages_without_an_answer_are_counted_apart() -> None:
    both = report(SURE, SURE)["sets"]
    assert (both["verify"]["messages"], both["verify"]["unanswered"], both["verify"]["accuracy"]["n"]) == (302, 2, 300)


def test_coverage_falls_as_the_threshold_rises() -> None:
    steps = report([*SURE, *UNSURE], [*SURE, *UNSURE])["risk_coverage"]
    assert [each["coverage"] for each in steps] == [0.75, 1.0]
    assert [each["risk"] for each in steps] == [0, 0.125]


@pytest.mark.skipif(not all(map(Path.is_file, FILES)), reason="the real messages are not here")
@pytest.mark.usefixtures("furnished")
def test_on_real_messages_the_risk_is_kept_on_the_half_that_nothing_was_fitted_on() -> None:
    router = business().knowledge()
    rows = [row for file in FILES for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())]
    answers = []
    for row in rows:
        guess = router.guess(row["text"])
        answers.append(Answered(guess.route, guess.confidence, guess.route == row["route"]))
    found = report(answers[::2], answers[1::2])
    threshold = found["threshold"]
    assert threshold is not None
    assert threshold["within"] or "points over the stated 5.0%" in found["verdict"]
    assert threshold["verify"]["coverage"] > 0.3
