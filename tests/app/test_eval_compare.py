"""`baton eval compare` and the gates: objects for programs, words for people, exit codes, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton

Measure = Callable[[str], str]


@pytest.fixture
def measure(project: Path, baton: Baton) -> Measure:
    """Work eight examples through the toy, and return the id of the experiment; of its answers one is wrong."""
    routes = {f"hello {number}": "cards" for number in range(7)} | {"how much": "fees"}
    lines = [{"id": text, "inputs": {"message": text}, "expected": {"route": route}} for text, route in routes.items()]
    (project / "d.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    (project / "other.csv").write_text("text,route\nhi there,cards\n")

    def begin(dataset: str) -> str:
        done = baton("eval", "run", "toy", "--dataset", dataset, "--json")
        return str(done.object["experiment"])

    return begin


@pytest.fixture
def twice(measure: Measure) -> tuple[str, str]:
    """Two experiments with the same answers."""
    return measure("d.jsonl"), measure("d.jsonl")


def test_programs_get_the_comparison(baton: Baton, twice: tuple[str, str]) -> None:
    done = baton("eval", "compare", *twice, "--primary", "route", "--json")
    assert done.code == 0
    assert done.object["metrics"]["route"]["difference"] == 0
    assert (done.object["verdict"], done.object["paired"]) == ("inconclusive", 8)
    assert (
        baton("eval", "compare", *twice, "--primary", "route", "--margin", "1", "--json").object["verdict"]
        == "equivalent"
    )


def test_people_get_the_words_and_a_table(baton: Baton, twice: tuple[str, str]) -> None:
    output = baton("eval", "compare", *twice, "--primary", "route").out
    assert output.startswith(f"inconclusive\nA: {twice[0]}, toy on d.jsonl\nB: {twice[1]}, toy on d.jsonl\n")
    assert "It stays open whether B is better or worse than A." in output
    assert "The smallest difference" in output
    assert "say nothing about language models" in output
    names = [line.split()[0] for line in output.splitlines()[output.splitlines().index("") + 1 :]]
    assert names[:2] == ["metric", "route"]
    assert {"latency_ms", "tokens"} < set(names)


def test_a_gate_is_kept_or_crossed(baton: Baton, project: Path, twice: tuple[str, str]) -> None:
    gates = project / "gates.toml"
    for bound, code in ((-0.9, 0), (-0.01, 1)):
        gates.write_text(f"[compare.metrics]\nroute = {{ at_least = {bound} }}\n")
        done = baton("eval", "compare", *twice, "--primary", "route", "--gate", str(gates), "--json")
        assert (done.code, done.object["paired"]) == (code, 8)
        assert ("at least -0.01 is asked for" in done.err) == bool(code)


def test_a_gate_holds_one_experiment(baton: Baton, project: Path, measure: Measure) -> None:
    gates, experiment = project / "gates.toml", measure("d.jsonl")
    for bound, code in ((0.5, 0), (0.6, 1)):  # seven of eight: 0.529 to 0.978
        gates.write_text(f"[run.toy.metrics]\nroute = {{ at_least = {bound} }}\n")
        assert baton("eval", "run", "--resume", experiment, "--gate", str(gates)).code == code
    gates.write_text("[run.toy.metrics]\nrout = { at_least = 0.5 }\n")
    done = baton("eval", "run", "--resume", experiment, "--gate", str(gates), "--json")
    assert done.code == 2
    assert "gates.toml: run.toy.metrics.rout: was not measured; measured were route" in done.err
    assert done.object["experiment"] == experiment  # what was scored stays


def test_a_gate_that_does_not_fit_is_refused_before_anything_is_worked(
    baton: Baton, project: Path, measure: Measure
) -> None:
    (project / "gates.toml").write_text("[compare.metrics]\nroute = { at_least = 0.5 }\n")
    done = baton("eval", "run", "toy", "--dataset", "d.jsonl", "--gate", "gates.toml")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: gates.toml: run.toy: there is no such table, and nothing would be held\n"


def test_wrong_use_is_one_line(baton: Baton, measure: Measure) -> None:
    assert "there are none yet" in baton("eval", "compare", "a", "b").err
    baton("run", "toy", "hello")
    assert "there are none yet" in baton("eval", "compare", "a", "b").err
    first, second, other = measure("d.jsonl"), measure("d.jsonl"), measure("other.csv")
    for words, why in (
        ((first, first), "is one experiment: name two"),
        ((first, "nobody"), "no experiment has the id 'nobody'"),
        ((first, second), "do not share the metric 'task_completion'; name one with --primary: "),
        ((first, second, "--primary", "rout"), "do not share the metric 'rout'"),
        ((first, other, "--primary", "route"), "share no example of the same id and content"),
        ((first, second, "--gate", "none.toml"), "none.toml"),
    ):
        done = baton("eval", "compare", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.err
        assert why in done.err
