"""The dataset: its messages come to a resolution, whatever it is."""

import json
from pathlib import Path

import pytest

from baton.runs.registry import entries, load

DATASETS = Path(__file__).parents[1] / "datasets"
LINES = [line for file in DATASETS.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]
[GRAPH] = entries()


@pytest.mark.parametrize("line", LINES[:3])
async def test_a_message_comes_to_a_resolution(line: str) -> None:
    message = json.loads(line)["inputs"]["message"]
    resolution = await load(GRAPH).ainvoke({"message": message, "customer_id": None})
    assert resolution["outcome"] in {"answered", "escalated"}
    assert resolution["reply"]
