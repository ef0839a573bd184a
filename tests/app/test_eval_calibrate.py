"""`baton eval calibrate`: the report for programs and for people, of a graph and of a model, and what is refused."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.baton.cli.conftest import Baton
from tests.decisions import Decisions, decisions
from tests.evals.conftest import HERE as EVALS
from tests.ready import furnished, ready

__all__ = ["decisions", "furnished", "ready"]

PARROT = EVALS / "project"
CONTRACT = "subject fitted_on verified_on risk bound sets reliability risk_coverage threshold drift verdict".split()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The parrot, which answers with the route and the confidence that its message names."""
    shutil.copytree(PARROT, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def dataset(project: Path) -> str:
    """Messages for the parrot, one in eight of them answered wrong."""
    lines = "".join(f"cards 0.8 {number},{'fees' if number % 8 == 0 else 'cards'}\n" for number in range(24))
    (project / "d.csv").write_text(f"text,route\n{lines}")
    return "d.csv"


def test_json_is_exactly_what_was_promised(baton: Baton, dataset: str) -> None:
    done = baton("eval", "calibrate", "parrot", "--dataset", dataset, "--risk", "0.4", "--json")
    assert done.code == 0
    assert list(done.object) == CONTRACT
    assert (done.object["subject"], done.object["risk"]) == ("parrot", 0.4)
    assert {name: each["messages"] for name, each in done.object["sets"].items()} == {"fit": 12, "verify": 12}
    threshold = done.object["threshold"]
    assert threshold["within"] is (threshold["verify"]["upper"] <= 0.4)


def test_people_are_told_in_words_and_get_tables_and_a_plot(baton: Baton, project: Path, dataset: str) -> None:
    done = baton("eval", "calibrate", "parrot", "--dataset", dataset, "--svg", "plot.svg")
    assert "No threshold keeps the risk within 5.0%" in done.out
    for title in (
        "Reliability",
        "Risk against coverage",
        "Drift between the two sets",
        "one-sided 95 %",
        "say nothing about",
    ):
        assert title in done.out
    assert ET.fromstring((project / "plot.svg").read_text()).attrib["width"] == "840"  # noqa: S314 - our own


def test_what_gave_no_answer_is_told_and_counted_apart(baton: Baton, project: Path) -> None:
    lines = "".join(f"cards 0.8 {'explode' if number == 3 else number},cards\n" for number in range(8))
    (project / "e.csv").write_text(f"text,route\n{lines}")
    done = baton("eval", "calibrate", "parrot", "--dataset", "e.csv", "--json")
    assert done.code == 1
    assert "it exploded" in done.err
    assert sum(each["unanswered"] for each in done.object["sets"].values()) == 1


def test_each_kind_of_fault_is_told(baton: Baton, project: Path) -> None:
    told = [*(f"cards 0.8 {number}" for number in range(8)), *["cards 0.8 explode"] * 4, "cards high", "cards high"]
    (project / "e.csv").write_text(
        "text,route\n" + "".join(f"{each} {number},cards\n" for number, each in enumerate(told))
    )
    done = baton("eval", "calibrate", "parrot", "--dataset", "e.csv", "--json")
    assert ("it exploded" in done.err, "could not convert" in done.err) == (True, True)


@pytest.mark.slow
@pytest.mark.usefixtures("decisions_of_cards")
@pytest.mark.parametrize("name", ["decisions:sorter", "classifier"])
def test_a_decision_model_goes_through_the_same_report(baton: Baton, dataset: str, name: str) -> None:
    done = baton("eval", "calibrate", name, "--fit", dataset, "--verify", dataset, "--json")
    assert (done.code, done.object["subject"]) == (0, "decisions:sorter")
    assert done.object["sets"]["fit"]["accuracy"]["mean"] == round(21 / 24, 4)
    assert done.object["sets"]["fit"]["confidence"] == 0.8


@pytest.fixture
def decisions_of_cards(decisions: Decisions) -> Decisions:
    decisions.decide = lambda _, __: {"cards": 0.8, "fees": 0.2}
    return decisions


def test_a_model_that_fails_for_good_is_told(baton: Baton, decisions: Decisions, dataset: str) -> None:
    decisions.refuses = True
    done = baton("eval", "calibrate", "classifier", "--dataset", dataset)
    assert done.code == 2
    assert "gave no route with a confidence for one of the sets" in done.err
    assert "refusal" in done.err


def test_the_router_needs_no_graph(baton: Baton, furnished: Path, dataset: str) -> None:
    done = baton("eval", "calibrate", "local:desk", "--dataset", dataset, "--json")
    assert (done.code, done.object["subject"]) == (0, "local:desk")


@pytest.mark.parametrize(
    "arguments, fault",
    [
        (["parrot", "--fit", "d.csv"], "both --fit and --verify"),
        (["parrot", "--fit", "d.csv", "--verify", "d.csv", "--dataset", "d.csv"], "both --fit and --verify"),
        (["nobody", "--dataset", "d.csv"], "nobody"),
        (["openai:gpt-5.2", "--dataset", "d.csv"], "is no decision model"),
        (["classifier", "--set", "x=1", "--dataset", "d.csv"], "a model alone has no context"),
        (["parrot", "--dataset", "none.csv"], "cannot read none.csv"),
        (["parrot", "--dataset", "d.csv", "--svg", "no/where.svg"], "cannot write no/where.svg"),
        (["parrot", "--dataset", "d.csv", "--risk", "0"], "0"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    baton: Baton, dataset: str, arguments: list[str], fault: str
) -> None:
    done = baton("eval", "calibrate", *arguments)
    assert done.code == 2
    assert fault in done.err


def test_that_a_plot_cannot_be_written_is_told_before_anything_is_asked(baton: Baton, dataset: str) -> None:
    assert baton("eval", "calibrate", "parrot", "--dataset", dataset, "--svg", "no/where.svg").code == 2
    assert baton("eval", "list", "--json").out == "[]\n"


def test_a_bad_line_is_told_before_anything_is_asked(baton: Baton, project: Path) -> None:
    (project / "bad.jsonl").write_text(json.dumps({"id": "a"}) + "\n")
    done = baton("eval", "calibrate", "parrot", "--dataset", "bad.jsonl")
    assert done.code == 2
    assert "bad.jsonl line 1" in done.err
