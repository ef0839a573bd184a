"""Comparisons in a report: the first experiment against each further one, or the reason why there is none."""

from typing import Any

from evals.report.bars import difference_bar
from evals.report.contents import report_of
from evals.report.markdown import markdown
from evals.report.page import page
from evals.report.records import Material
from tests.evals.report.conftest import cell, example, experiment

NAMES = [f"m{number}" for number in range(40)]


def side(name: str, *, right: int, example_hash: str = "h", **more: Any) -> Material:
    """An experiment of forty messages, of which the first so many tasks were completed."""
    cells = [cell(each, right=number < right, example_hash=example_hash) for number, each in enumerate(NAMES)]
    made = experiment(name, examples=len(NAMES), **more)
    return Material(made, [example(each) for each in NAMES], cells, {})


def test_each_further_one_is_held_against_the_first() -> None:
    report = report_of([side("e1", right=36), side("e2", right=8), side("e3", right=36)], 0)
    verdicts = [
        (each["a"], each["b"], each["comparison"] and each["comparison"]["verdict"]) for each in report["comparisons"]
    ]
    assert verdicts == [("e1", "e2", "worse"), ("e1", "e3", "inconclusive")]


def test_the_verdict_stands_on_the_page_before_any_experiment() -> None:
    text = page(report_of([side("e1", right=36), side("e2", right=8)], 0))
    verdict, first = text.index("B is worse than A."), text.index('id="experiment-1"')
    assert verdict < first
    assert text.index("Harm (less is better)") < text.index("The answers</caption>")
    assert 'href="#compared"' in text


def test_a_build_reads_the_verdict_first() -> None:
    lines = markdown(report_of([side("e1", right=36), side("e2", right=8)], 0)).splitlines()
    [heading] = [number for number, line in enumerate(lines) if "held against" in line]
    assert lines[heading] == "## B `routing e2`, held against A `routing e1`"
    assert lines[heading + 2].startswith("**worse**: B is worse than A.")
    assert any(line.startswith("| `draft: says` | 0.900 | 0.200 | -0.700 |") for line in lines)


def test_what_is_not_finished_is_shown_and_not_compared() -> None:
    report = report_of([side("e1", right=36), side("e2", right=8, unjudged=3)], 0)
    [only] = report["comparisons"]
    assert only["comparison"] is None
    assert "e2 has runs without a result" in str(only["refused"])
    assert "Not compared: e2 has runs" in page(report)
    assert "Not compared: `e2 has runs" in markdown(report)


def test_experiments_without_a_shared_example_are_still_reported() -> None:
    report = report_of([side("e1", right=36), side("e2", right=8, example_hash="another")], 0)
    assert "share no example" in page(report)
    assert len(report["experiments"]) == 2


def test_one_experiment_is_compared_with_nothing() -> None:
    report = report_of([side("e1", right=36)], 0)
    assert report["comparisons"] == []
    assert "<h2>Compared</h2>" not in page(report)


def test_a_difference_beyond_the_bar_ends_at_its_edge() -> None:
    drawn = difference_bar(0.5, -0.9, 0.9, 0.03, 0.1)
    assert 'x="0.0" y="2.5" width="100.0"' in drawn
