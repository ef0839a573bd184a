"""`baton eval`: the object for programs, the table for people, and what is refused."""

import json
from pathlib import Path

import pytest

from app.eval_commands import Wanted
from evals.gates import Gates, Tables
from tests.baton.cli.conftest import Baton

CONTRACT = """
    experiment graph dataset split models examples repetitions completed errors metrics steps latency_ms blame
    tokens_per_run tokens_per_completed_task cost_usd_per_run judge
""".split()


@pytest.fixture
def dataset(project: Path) -> str:
    """Three examples for the toy, one of which it gets wrong."""
    routes = {"hello": "cards", "hi there": "cards", "how much": "fees"}
    lines = [{"id": text, "inputs": {"message": text}, "expected": {"route": route}} for text, route in routes.items()]
    (project / "d.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return "d.jsonl"


def test_json_is_exactly_what_was_promised(baton: Baton, dataset: str) -> None:
    done = baton("eval", "run", "toy", "--dataset", dataset, "--json")
    result = done.object
    assert done.code == 0
    assert list(result) == CONTRACT
    assert (result["graph"], result["dataset"], result["examples"]) == ("toy", "d.jsonl", 3)
    assert (result["completed"], result["errors"]) == (3, 0)
    route = result["metrics"]["route"]
    assert (round(route["mean"], 3), route["n"]) == (0.667, 3)
    assert route["ci95"][0] < route["mean"] < route["ci95"][1]
    assert set(result["latency_ms"]) == {"p50", "p95"}


def test_people_get_a_table_and_are_told_what_it_does_not_say(baton: Baton, dataset: str) -> None:
    output = baton("eval", "run", "toy", "--dataset", dataset).out
    assert "route" in output
    assert "0.667" in output
    assert "3 completed, 0 errors" in output
    assert "say nothing about language models" in output


def test_a_run_that_gives_no_answer_is_an_error_with_its_reason(baton: Baton, project: Path) -> None:
    (project / "d.csv").write_text("text,route\nexplode,cards\nhello,cards\n")
    result = baton("eval", "run", "toy", "--dataset", "d.csv", "--json")
    assert result.code == 1
    assert (result.object["completed"], result.object["errors"]) == (1, 1)
    assert "1 gave no answer" in result.err
    assert "it exploded" in result.err


def test_experiments_are_listed_and_shown_with_their_worst_examples(baton: Baton, dataset: str) -> None:
    first = baton("eval", "run", "toy", "--dataset", dataset, "--json").object["experiment"]
    second = baton("eval", "run", "toy", "--dataset", dataset, "--repetitions", "2", "--json").object["experiment"]
    listed = json.loads(baton("eval", "list", "--json").out)
    assert [(each["experiment"], each["examples"], each["repetitions"]) for each in listed] == [
        (second, 3, 2),
        (first, 3, 1),
    ]
    shown = baton("eval", "show", second, "--worst", "2", "--json").object
    assert (shown["worst"][0]["example"], shown["worst"][0]["wrong"][0]) == ("how much", "route")
    assert shown["metrics"]["route"]["n"] == 3, "the repetitions of an example are one observation"
    text = baton("eval", "show", first).out
    assert "how much" in text
    assert "route fees" in text


def test_an_experiment_does_not_act_on_a_bank_outside(
    baton: Baton, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_BANK_URL", "http://127.0.0.1:9")
    result = baton("eval", "run", "toy", "--dataset", dataset)
    assert result.code == 2
    assert "unset BATON_BANK_URL" in result.err


def test_the_desk_does_not_see_the_runs(baton: Baton, dataset: str) -> None:
    baton("eval", "run", "toy", "--dataset", dataset)
    assert baton("runs", "--json").out == "[]\n"
    assert "nothing to go on with" in baton("resume", "--all").err


def test_bad_lines_are_told_and_nothing_is_run(baton: Baton, project: Path, baton_home: Path) -> None:
    (project / "d.jsonl").write_text('{"id": "a", "inputs": {"message": "hello"}, "expected": {}}\n{\n[]\n')
    result = baton("eval", "run", "toy", "--dataset", "d.jsonl")
    assert result.code == 2
    assert [each.partition(": ")[0] for each in result.err.splitlines()] == [
        "d.jsonl line 2",
        "d.jsonl line 3",
        "error",
    ]
    assert not baton_home.exists()


def test_a_limit_takes_the_first(baton: Baton, dataset: str) -> None:
    assert baton("eval", "run", "toy", "--dataset", dataset, "--limit", "2", "--json").object["metrics"]["route"] == {
        "mean": 1.0,
        "ci95": [0.3424, 1.0],
        "n": 2,
    }


def test_an_experiment_that_is_complete_is_told_again(baton: Baton, dataset: str) -> None:
    first = baton("eval", "run", "toy", "--dataset", dataset, "--set", "tone=warm", "--json").object
    assert baton("eval", "run", "--resume", first["experiment"], "--json").object == first


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing", "--dataset", "d.jsonl"),
        ("toy",),
        ("toy", "--dataset", "no.jsonl"),
        ("toy", "--dataset", "d.jsonl", "--split", "test"),
        ("toy", "--dataset", "d.jsonl", "--set", "colour=red"),
        ("toy", "--resume", "nobody"),
        ("toy", "--resume", "nobody", "--limit", "3"),
    ],
)
def test_wrong_use_is_one_line(baton: Baton, dataset: str, arguments: tuple[str, ...]) -> None:
    result = baton("eval", "run", *arguments)
    assert result.code == 2
    assert result.out == ""
    assert len(result.err.splitlines()) == 1


def test_a_sync_without_a_key_says_what_is_missing(baton: Baton) -> None:
    result = baton("eval", "sync", "--dry-run")
    assert result.code == 2
    assert result.err.startswith("error: LANGSMITH_API_KEY is not set")
    assert len(result.err.splitlines()) == 1


def test_what_was_stopped_goes_on_with_its_gates() -> None:
    gated = Wanted(3, Gates(Path("my gates.toml"), Tables()), judge=True, upload=False, json=True)
    assert gated.options() == ["--gate", "my gates.toml", "--judge", "--json"]
    assert Wanted(None, None, judge=False, upload=True, json=False).options() == ["--upload"]
