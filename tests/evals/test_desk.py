"""The desk's own graph and dataset go through an experiment, with a router trained on a few words a route."""

import asyncio
from pathlib import Path

import pytest

from bank.knowledge import FOLDER
from baton.config.project import root
from baton.runtime.resources import open_resources
from desk.knowledge.routes import load_routes
from evals.dataset import chosen, default_dataset, read
from evals.examples import Example
from evals.experiment import Plan, bench
from evals.records import ExperimentSummary, JudgedCell
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

EXAMPLES = 4
FEW = 6  # example messages a route: enough to train on in no time


async def measure(plan: Plan) -> tuple[ExperimentSummary, list[JudgedCell]]:
    async with open_resources() as desk, bench(desk) as at:
        experiment = await at.begin(plan)
        for repetition, cells in (await at.unfinished(experiment)).items():
            async with at.trial(experiment, repetition) as trial:
                await trial.warm_up(cells.values())
                await trial.work(cells, done=lambda _: None, concurrency=2)
        return await at.result(experiment), await at.results(experiment)


@pytest.fixture
def few_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routes").mkdir()
    for route in load_routes(FOLDER / "routes").values():
        lines = (f"# {route.definition}", *route.examples[:FEW])
        (tmp_path / "routes" / f"{route.name}.txt").write_text("\n".join(lines), "utf-8")
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path / "routes"))
    root.cache_clear()


@pytest.mark.usefixtures("few_routes")
def test_routing_is_measured_on_its_own_dataset() -> None:
    examples = chosen(read(default_dataset("routing"))[0], None, EXAMPLES)
    result, _ = asyncio.run(measure(Plan("routing", "routing", None, {"route_threshold": 0}, examples)))
    assert (result["completed"], result["errors"]) == (EXAMPLES, 0)
    assert {"route", "outcome", "citations_recall", "ece", "selective_accuracy"} <= set(result["metrics"])
    assert result["tokens_per_run"]
    assert result["cost_usd_per_run"] is None, "the offline model has no price"


def test_no_repetition_sees_what_another_did_to_the_bank(furnished: Path) -> None:
    wanted = {"outcome": "acted", "actions": [{"name": "freeze_card", "args": {"card_id": "K0009"}}]}
    inputs = {"message": "I lost my card on the bus. Please freeze it.", "customer_id": "C007"}
    example = Example.model_validate({"id": "x", "inputs": inputs, "expected": wanted})
    (furnished / "bank.db").unlink()
    plan = Plan("support_desk", "d", None, {}, [example], repetitions=2)
    _, cells = asyncio.run(measure(plan))
    assert [(each["outcome"], each["scores"]["task_completion"]) for each in cells] == [("acted", True)] * 2
    assert not (furnished / "bank.db").exists(), "nothing was done at the desk's own bank"
    assert list((furnished / "evals").glob("*/*")) == [], "the homes of finished repetitions are gone"
