"""The gates that the repository ships, held against the offline model: a change that makes it much worse fails here."""

import asyncio
from pathlib import Path

import pytest

from baton.runs.registry import entries
from baton.runtime.resources import open_resources
from evals.dataset import SHARED, chosen, own_datasets, read
from evals.experiment import Plan, bench
from evals.gates import read_gates
from evals.records import ExperimentSummary
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]
GATES = Path(__file__).parents[2] / "evals" / "gates.toml"
AT_ONCE = 8


async def measure(graph: str) -> ExperimentSummary:
    examples = chosen(read(own_datasets() / f"{SHARED}.jsonl")[0], None, None)
    async with open_resources() as desk, bench(desk) as at:
        experiment = await at.begin(Plan(graph, SHARED, None, {}, examples))
        for repetition, cells in (await at.unfinished(experiment)).items():
            async with at.trial(experiment, repetition) as trial:
                await trial.work(cells, done=lambda _: None, concurrency=AT_ONCE)
        return await at.result(experiment)


@pytest.mark.usefixtures("furnished")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("graph", ["routing", pytest.param("support_desk", marks=pytest.mark.slow)])
def test_no_bound_is_crossed(graph: str) -> None:
    result = asyncio.run(measure(graph))
    assert result["errors"] == 0
    assert read_gates(GATES, entries()).crossed_by_run(result) == []
