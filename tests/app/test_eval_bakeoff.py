"""`baton eval bakeoff`: one experiment for each graph, a table, a plot, a recommendation; and what is refused."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.baton.cli.conftest import Baton
from tests.evals.conftest import line, project, written

pytestmark = pytest.mark.slow

__all__ = ["project"]

MANY = 8


def answered(count: int) -> list[dict[str, Any]]:
    """Messages that the parrot answers, which is right, and the starling does not."""
    return [line(f"x{at:02}", f"cards 0.{at + 10}", expected={"outcome": "answered"}) for at in range(count)]


@pytest.fixture
def dataset(project: Path) -> str:
    written(project / "d.jsonl", *answered(MANY))
    return "d.jsonl"


def test_each_graph_that_takes_the_messages_gets_an_experiment(baton: Baton, dataset: str) -> None:
    result = baton("eval", "bakeoff", "--dataset", dataset, "--json").object
    assert [each["graph"] for each in result["graphs"]] == ["parrot", "starling"]
    assert (result["examples"], result["metric"], result["offline"]) == (MANY, "task_completion", True)
    experiments = json.loads(baton("eval", "list", "--json").out)
    assert {each["experiment"] for each in experiments} == {each["experiment"] for each in result["graphs"]}
    assert [each["primary"]["mean"] for each in result["graphs"]] == [1.0, 0.0]
    assert result["recommendation"]["pattern"] == "parrot"
    assert result["graphs"][1]["to_best"]["verdict"] == "worse"


def test_people_get_a_table_a_reason_and_the_limits(baton: Baton, dataset: str) -> None:
    output = baton("eval", "bakeoff", "--dataset", dataset).out
    assert "1.000 (0.676 to 1.000)" in output
    assert "Take parrot" in output
    assert "8 messages of d.jsonl through each graph, answered by local:" in output
    assert "say nothing about language models" in output


def test_the_plot_shows_every_graph(baton: Baton, dataset: str, project: Path) -> None:
    assert baton("eval", "bakeoff", "--dataset", dataset, "--svg", "b.svg").code == 0
    text = [each.text for each in ET.parse(project / "b.svg").iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    assert {"parrot", "starling"} <= set(text)
    assert "made with the offline model: this says nothing about language models" in text
    assert "not known: cost of a run (USD)" not in text  # no call was made: the price of nothing is known


def test_a_finished_one_is_shown_again_with_other_targets(baton: Baton, dataset: str) -> None:
    first = baton("eval", "bakeoff", "--dataset", dataset, "--json").object
    again = ("eval", "bakeoff", "--resume", first["bakeoff"], "--json")
    assert baton(*again).object == first
    strict = baton(*again, "--target", "task_completion=0.5", "p95_ms=0", "cost_usd=1").object
    assert strict["targets"] == {"task_completion": 0.5, "p95_ms": 0.0, "cost_usd": 1.0}
    assert strict["recommendation"]["pattern"] is None
    assert "No pattern meets the targets. " in strict["recommendation"]["says"]
    assert "The nearest is parrot, which misses p95_ms." in strict["recommendation"]["says"]
    assert len(json.loads(baton("eval", "list", "--json").out)) == 2, "nothing is measured twice"


def test_a_set_without_task_completion_is_decided_by_another_metric(baton: Baton, project: Path) -> None:
    written(project / "r.jsonl", *(line(f"x{at}", f"cards 0.{at + 10}") for at in range(8)))
    refused = baton("eval", "bakeoff", "--dataset", "r.jsonl")
    assert (refused.code, refused.out) == (2, "")
    assert "r.jsonl has no expectations of task_completion (outcome); it has those of route" in refused.err
    result = baton("eval", "bakeoff", "--dataset", "r.jsonl", "--metric", "route", "--json").object
    assert [each["primary"]["mean"] for each in result["graphs"]] == [1.0, 1.0]
    assert (result["recommendation"]["pattern"], result["recommendation"]["because"]) == ("parrot", "best")


def test_of_three_examples_nothing_is_concluded(baton: Baton, dataset: str) -> None:
    result = baton("eval", "bakeoff", "--dataset", dataset, "--limit", "3", "--json").object["recommendation"]
    assert (result["pattern"], result["because"]) == (None, "too_few_examples")
    assert "nothing can be concluded" in result["says"]


def test_a_run_that_ends_in_an_error_counts_for_nobody(baton: Baton, project: Path) -> None:
    written(project / "d.jsonl", *answered(8), line("z", "cards 0.9 explode", expected={"outcome": "answered"}))
    done = baton("eval", "bakeoff", "--dataset", "d.jsonl", "--json")
    assert done.code == 1
    assert [each["errors"] for each in done.object["graphs"]] == [1, 0]
    assert [each["primary"]["n"] for each in done.object["graphs"]] == [8, 9]
    assert "count for nobody: parrot 1." in done.object["recommendation"]["says"]


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--graphs", "parrot,starlin"), "did you mean 'starling'"),
        (("--graphs", "parrot,odd"), "odd"),
        (("--graphs", "parrot,parrot"), "parrot is named twice"),
        (("--target", "speed=3"), "'speed=3' is no target"),
        (("--target", "task_completion"), "write NAME=VALUE"),
        (("--target", "task_completion=80"), "give 0 to 1"),
        (("--target", "p95_ms=quick"), "is no number"),
        (("--target", "p95_ms=nan"), "give 0 or more"),
        (("--target", "p95_ms=1", "p95_ms=2"), "given twice"),
        (("--metric", "beauty"), "'beauty' is no metric"),
        (("--metric", "actions"), "no expectations of actions"),
        (("--svg", "nowhere/b.svg"), "its folder does not exist"),
        (("--split", "test"), "has no splits"),
    ],
)
def test_wrong_use_is_one_line_and_nothing_is_begun(
    baton: Baton, dataset: str, arguments: tuple[str, ...], says: str
) -> None:
    result = baton("eval", "bakeoff", "--dataset", dataset, *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1
    assert baton("eval", "list", "--json").out == "[]\n"


def test_an_unknown_one_is_told_the_last_that_there_is(baton: Baton, dataset: str) -> None:
    assert "there is none yet" in baton("eval", "bakeoff", "--resume", "nobody").err
    known = baton("eval", "bakeoff", "--dataset", dataset, "--limit", "2", "--json").object["bakeoff"]
    result = baton("eval", "bakeoff", "--resume", "nobody")
    assert (result.code, result.err) == (2, f"error: no bake-off has the id 'nobody'; the last one is {known}\n")
    assert "leave the other options out" in baton("eval", "bakeoff", "--resume", known, "--limit", "3").err
