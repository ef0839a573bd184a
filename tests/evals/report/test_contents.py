"""The contents of a report: counts, denominators, slices, the worst examples with their steps, nothing unmasked."""

import json

import pytest

from evals.report.contents import report_of
from evals.report.records import ExperimentReport
from evals.report.step_lines import WIDTH, short_text
from tests.evals.report.conftest import CARD, material


@pytest.fixture(name="report")
def report_fixture() -> ExperimentReport:
    [only] = report_of([material()], 10)["experiments"]
    return only


def test_errors_have_a_denominator_of_their_own(report: ExperimentReport) -> None:
    assert report["error_rate"]["n"] == 7
    assert report["error_rate"]["mean"] == pytest.approx(1 / 7, abs=1e-4)
    assert report["summary"]["metrics"]["task_completion"]["n"] == 6
    assert report["complaints"] == [{"error": "the endpoint <i>is</i> gone", "runs": 1}]
    assert report["unjudged"] == 1


def test_harm_is_counted_by_answers(report: ExperimentReport) -> None:
    assert report["harmed"] == 1


def test_examples_are_counted_by_what_they_expect_and_by_tag(report: ExperimentReport) -> None:
    assert report["counts"] == {"outcome": {"answered": 8}, "route": {"cards": 8}, "tag": {"plain": 8, "<u>odd</u>": 1}}


def test_slices_measure_the_primary_metric_the_lowest_first(report: ExperimentReport) -> None:
    tags = [each for each in report["slices"] if each["kind"] == "tag"]
    assert report["primary"] == "task_completion"
    assert [(each["name"], each["metric"]["mean"], each["metric"]["n"]) for each in tags] == [
        ("<u>odd</u>", 0.0, 1),
        ("plain", pytest.approx(4 / 6, abs=1e-4), 6),
    ]


def test_the_worst_did_harm_and_come_with_their_steps(report: ExperimentReport) -> None:
    first, second = report["worst"]
    assert (first["example"], second["example"]) == ("x", "w")
    assert [(each["step"], each["status"], each["attempt"]) for each in first["steps"]] == [
        ("classify", "done", 1),
        ("draft", "done", 1),
        ("reply", "failed", 2),
    ]
    assert [each["step"] for each in first["steps"] if each["is_blamed"]] == ["draft"]
    assert first["steps"][0]["output"] == "route: cards; confidence: 0.9"
    assert second["steps"] == []


def test_nothing_stands_in_it_unmasked(report: ExperimentReport) -> None:
    text = json.dumps(report)
    assert "[card ending 1111]" in text
    assert CARD not in text


def test_a_number_is_masked_before_a_text_is_cut() -> None:
    text = short_text({"draft": "x" * (WIDTH - 20) + f" {CARD}"})
    assert len(text) <= WIDTH
    assert "4111" not in text


def test_who_played_the_models_is_known(report: ExperimentReport) -> None:
    assert report["offline"] == ["cheap"]
    [other] = report_of([material(model="gpt-small")], 0)["experiments"]
    assert (other["offline"], other["worst"]) == ([], [])
