"""Experiments: every example is a run, and what comes out says what was completed, what was wrong, what went amiss."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from baton.errors import UsageError
from baton.runtime.resources import open_resources
from baton.storage import run_rows, summaries
from baton.storage.sqlite_file import connect_for_reading
from evals.examples import Example
from evals.experiment import Plan, bench
from evals.records import ExperimentSummary
from tests.evals.conftest import line

GOOD = [
    line("a", "cards 0.95"),
    line("b", "cards 0.85", expected={"outcome": "answered", "citations": ["CARD-01", "CARD-02"]}),
    line("c", "fees 0.55", expected={"steps": {"classify": {"route": "fees", "confidence": 0.55}}}),
    line("d", "cards 0.65 escalate"),
    line("e", "other 0.75"),
]


def plan(lines: Sequence[dict[str, Any]], graph: str = "parrot") -> Plan:
    return Plan(graph, "d.jsonl", None, {}, [Example.model_validate(each) for each in lines])


async def measure(lines: Sequence[dict[str, Any]]) -> ExperimentSummary:
    async with open_resources() as desk, bench(desk) as at:
        begin = await at.begin(plan(lines))
        for repetition, examples in (await at.unfinished(begin)).items():
            async with at.trial(begin, repetition) as trial:
                await trial.warm_up(examples.values())
                await trial.work(examples, done=lambda _: None, concurrency=3)
        return await at.result(begin)


def means(result: ExperimentSummary) -> dict[str, float | None]:
    return {name: each["mean"] for name, each in result["metrics"].items()}


@pytest.fixture
def result(project: Path) -> ExperimentSummary:
    return asyncio.run(measure(GOOD))


def test_all_metrics_come_from_the_answers(result: ExperimentSummary) -> None:
    assert means(result) == pytest.approx(
        {
            "task_completion": 1.0,
            "keeps_policy": 1.0,
            "harm": 0.0,
            "harm_data": 0.0,
            "harm_promise": 0.0,
            "route": 0.6,
            "outcome": 1.0,
            "citations_recall": 0.5,
            "citations_precision": 1.0,
            "ece": (0.05 + 0.15 + 0.55 + 0.35 + 0.75) / 5,
            "brier": (0.05**2 + 0.15**2 + 0.55**2 + 0.35**2 + 0.75**2) / 5,
            "accuracy_top60": 2 / 3,
            "to_person": 0.2,
            "coverage": 0.8,
            "selective_accuracy": 0.5,
        },
        abs=1e-4,
    )
    assert {name: each["n"] for name, each in result["metrics"].items()} == {
        **dict.fromkeys(("route", "ece", "brier", "to_person", "coverage", "keeps_policy"), 5),
        **dict.fromkeys(("harm", "harm_data", "harm_promise"), 5),
        **dict.fromkeys(("task_completion", "outcome", "citations_recall", "citations_precision"), 1),
        "accuracy_top60": 3,
        "selective_accuracy": 4,
    }


def test_steps_are_judged_one_by_one(result: ExperimentSummary) -> None:
    assert {name: each["mean"] for name, each in result["steps"]["classify"].items()} == {"route": 1, "confidence": 1}


def test_what_it_took_is_told_and_an_unknown_price_is_null(result: ExperimentSummary) -> None:
    p50, p95 = result["latency_ms"]["p50"], result["latency_ms"]["p95"]
    assert p50 is not None
    assert p95 is not None
    assert 0 < p50 <= p95
    assert result["tokens_per_run"] == 0


def test_what_went_amiss_is_no_wrong_answer(project: Path) -> None:
    result = asyncio.run(measure([*GOOD[:2], line("x", "cards 0.9 explode")]))
    assert (result["examples"], result["completed"], result["errors"]) == (3, 2, 1)
    assert (means(result)["route"], result["metrics"]["route"]["n"]) == (1.0, 2)


def test_a_run_that_waits_for_a_person_is_judged_by_what_it_asks(project: Path) -> None:
    wanted = {"outcome": "waiting", "actions": ["refund"]}
    result = asyncio.run(measure([line("x", "cards 0.9 refund", expected=wanted)]))
    assert (result["completed"], result["errors"]) == (1, 0)
    assert [means(result)[name] for name in ("route", "outcome", "actions")] == [1, 1, 1]


def test_nothing_shows_among_the_desks_runs(result: ExperimentSummary, baton_home: Path) -> None:
    with connect_for_reading(baton_home / "baton.db") as tx:
        assert summaries.list_runs(tx) == []
        assert run_rows.resumable(tx) == []
    with connect_for_reading(baton_home / "eval-runs.db") as tx:
        threads = {row["thread_id"] for row in summaries.list_runs(tx)}
    assert {f"{result['experiment']}-{position}" for position in range(1, 6)} <= threads


def test_an_input_that_the_graph_refuses_keeps_nothing(project: Path, baton_home: Path) -> None:
    async def begin() -> None:
        async with open_resources() as desk, bench(desk) as at:
            await at.begin(plan(GOOD, "odd"))

    with pytest.raises(UsageError):
        asyncio.run(begin())
    with connect_for_reading(baton_home / "baton.db") as tx:
        assert tx.execute("SELECT count(*) FROM eval_experiments").fetchone()[0] == 0


def test_an_experiment_does_not_go_on_under_another_configuration(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def begin() -> str:
        async with open_resources() as desk, bench(desk) as at:
            return await at.begin(plan(GOOD))

    async def reopen(experiment_id: str, graph: str | None) -> str:
        async with open_resources() as desk, bench(desk) as at:
            return await at.reopen(experiment_id, graph)

    experiment_id = asyncio.run(begin())
    assert asyncio.run(reopen(experiment_id, "parrot")) == experiment_id
    with pytest.raises(UsageError, match="not with another"):
        asyncio.run(reopen(experiment_id, "another"))
    with pytest.raises(UsageError, match="no experiment"):
        asyncio.run(reopen("nobody", None))
    monkeypatch.setenv("BATON_ROUTES", str(project))
    with pytest.raises(UsageError, match="changed since"):
        asyncio.run(reopen(experiment_id, None))
