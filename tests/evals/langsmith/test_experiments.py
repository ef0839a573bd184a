"""A finished experiment on LangSmith, over real HTTP against a server of our own: each run once, with its scores."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from baton.cli.main import main
from baton.errors import UsageError
from baton.runtime.resources import open_resources
from evals.examples import Example
from evals.experiment import Plan, bench
from evals.langsmith.client import langsmith
from evals.langsmith.experiments import Uploaded, upload
from tests.evals.conftest import HOUSE, line, written
from tests.evals.langsmith.stub import Stub

pytestmark = pytest.mark.slow

CARD = "4000 0012 3456 7899"
LINES = [
    line("a", "cards 0.95", expected={"outcome": "answered", "citations": ["CARD-01"]}),
    line("b", "fees 0.55", expected={"steps": {"classify": {"route": "fees"}}}),
    line("c", f"cards 0.65 escalate {CARD}"),
]


async def begin(lines: Sequence[dict[str, Any]], repetitions: int = 1) -> str:
    """The id of an experiment that was worked to its end."""
    async with open_resources() as desk, bench(desk) as at:
        examples = [Example.model_validate(each) for each in lines]
        experiment = await at.begin(Plan("parrot", "d.jsonl", None, {}, examples, repetitions))
        for repetition, cells in (await at.unfinished(experiment)).items():
            async with at.trial(experiment, repetition) as trial:
                await trial.work(cells, done=lambda _: None, concurrency=3)
        return experiment


async def send(experiment: str) -> Uploaded:
    async with open_resources() as desk, bench(desk) as at:
        with langsmith() as client:
            return await upload(client, at, desk.database, experiment)


@pytest.fixture
def experiment(project: Path) -> str:
    return asyncio.run(begin(LINES))


def roots(stub: Stub) -> dict[str, dict[str, Any]]:
    """The root runs by the example that they are of."""
    by_id = {key: each["metadata"]["example_id"] for key, each in stub.examples.items()}
    return {by_id[each["reference_example_id"]]: each for each in stub.runs.values() if not each["parent_run_id"]}


def below(stub: Stub, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in stub.runs.values() if each["parent_run_id"] == run["id"]}


def scores(stub: Stub, run: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: each["score"] for each in stub.feedback.values() if each.get("run_id") == run["id"]}


def test_an_experiment_is_a_project_on_its_dataset(stub: Stub, experiment: str) -> None:
    assert asyncio.run(send(experiment)).sent == 3
    [dataset], [made] = stub.datasets.values(), stub.projects.values()
    assert (dataset["name"], made["name"]) == ("baton-d", f"parrot-{experiment}")
    assert made["reference_dataset_id"] == dataset["id"]
    assert made["extra"]["metadata"]["experiment_id"] == experiment
    assert made["end_time"]


def test_every_example_is_one_run_with_its_steps_below(stub: Stub, experiment: str) -> None:
    asyncio.run(send(experiment))
    assert set(roots(stub)) == {"a", "b", "c"}
    root = roots(stub)["a"]
    assert root["inputs"] == {"message": "cards 0.95", "customer_id": None}
    assert root["outputs"].items() >= {"outcome": "answered", "route": "cards", "citations": ["CARD-01"]}.items()
    steps = below(stub, root)
    assert steps["classify"]["inputs"] == {"message": "cards 0.95", "customer_id": None}
    assert steps["settle"]["outputs"]["outcome"] == "answered"
    for step in steps.values():
        assert root["start_time"] <= step["start_time"] <= step["end_time"]
        assert step["trace_id"] == root["id"]
        assert step["dotted_order"].startswith(f"{root['dotted_order']}.")


def test_every_score_is_feedback_on_the_run_or_on_its_step(stub: Stub, experiment: str) -> None:
    asyncio.run(send(experiment))
    assert scores(stub, roots(stub)["a"]).items() >= {"task_completion": 1, "route": 1, "harm": 0}.items()
    assert scores(stub, roots(stub)["c"])["route"] == 1
    root = roots(stub)["b"]
    assert scores(stub, below(stub, root)["classify"]) == {"route": 1}
    [whole] = stub.projects
    of_project = {each["key"] for each in stub.feedback.values() if not each.get("run_id")}
    assert {"ece", "brier"} <= of_project
    assert {each["session_id"] for each in stub.feedback.values()} == {whole}


def test_what_is_sent_is_masked(stub: Stub, experiment: str) -> None:
    asyncio.run(send(experiment))
    sent = b"".join(stub.bodies)
    assert b"cards 0.65 escalate" in sent
    assert CARD.encode() not in sent
    assert CARD.replace(" ", "").encode() not in sent


def test_each_repetition_is_a_run_of_its_own(stub: Stub, project: Path) -> None:
    assert asyncio.run(send(asyncio.run(begin(LINES[:2], repetitions=2)))).sent == 4
    assert sum(not each["parent_run_id"] for each in stub.runs.values()) == 4


def test_a_second_upload_sends_nothing(stub: Stub, experiment: str) -> None:
    asyncio.run(send(experiment))
    stub.requests.clear()
    assert str(asyncio.run(send(experiment))) == "0 runs sent, 3 there already"
    assert stub.written == []


def test_an_upload_that_breaks_off_goes_on_with_the_rest(stub: Stub, experiment: str) -> None:
    asyncio.run(send(experiment))
    whole = dict(stub.runs), {key: each["score"] for key, each in stub.feedback.items()}
    for count in (1, 2, 4, len(stub.written) // 2, len(stub.written) - 2):
        stub.empty()
        stub.breaks_after = count
        with pytest.raises(Exception, match=r"403|[Ff]orbidden|LangSmith"):
            asyncio.run(send(experiment))
        stub.status, stub.breaks_after = 200, None
        asyncio.run(send(experiment))
        assert (len(stub.runs), len(stub.feedback)) == (len(whole[0]), len(whole[1])), count


def test_a_failed_run_is_left_out_until_it_was_resumed(stub: Stub, project: Path) -> None:
    experiment = asyncio.run(begin(LINES[:2]))
    with sqlite3.connect("home/baton.db") as rows:
        rows.execute("UPDATE eval_cells SET status = 'failed' WHERE position = 1")
    assert str(asyncio.run(send(experiment))) == "1 runs sent, 0 there already, 1 failed and left out"


def test_an_unfinished_experiment_is_refused(stub: Stub, project: Path) -> None:
    async def begin_only() -> str:
        async with open_resources() as desk, bench(desk) as at:
            return await at.begin(Plan("parrot", "d.jsonl", None, {}, [Example.model_validate(LINES[0])]))

    with pytest.raises(UsageError, match="no result yet"):
        asyncio.run(send(asyncio.run(begin_only())))
    assert stub.requests == []


def test_without_a_key_nothing_is_worked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(project / "d.jsonl", *LINES)
    for words in (["run", "parrot", "--dataset", "d.jsonl", "--upload"], ["upload", "e1"]):
        with pytest.raises(SystemExit) as end:
            main(["eval", *words])
        assert end.value.code == 2
    assert not (project / "worked.log").exists()


def test_a_failed_upload_loses_no_result(stub: Stub, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(project / "d.jsonl", *LINES)
    stub.breaks_after = 6
    with pytest.raises(SystemExit) as end:
        main(["eval", "run", "parrot", "--dataset", "d.jsonl", "--json", "--upload"])
    told = capsys.readouterr()
    experiment = json.loads(told.out)["experiment"]
    assert end.value.code == 1
    assert f"eval upload {experiment}" in told.err.splitlines()[-1]
    stub.status, stub.breaks_after = 200, None
    with pytest.raises(SystemExit) as end:
        main(["eval", "upload", experiment])
    assert end.value.code == 0
    assert set(roots(stub)) == {"a", "b", "c"}


def test_a_killed_upload_sends_nothing_twice_but_what_was_under_way(
    stub: Stub, project: Path, baton_home: Path
) -> None:
    many = [line(f"x{at:02}", f"cards 0.{at}") for at in range(10, 30)]
    experiment = asyncio.run(begin(many))
    words = [sys.executable, "-m", "baton", "eval", "upload", experiment]
    process = subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(HOUSE)}, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 40
    while len(stub.runs) < 9 and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < len(roots(stub)) < len(many)
    asyncio.run(send(experiment))
    assert set(roots(stub)) == {each["id"] for each in many}
    again = {stub.runs[key]["trace_id"] for key in stub.sent_again if key in stub.runs}
    assert len(again) <= 8, "those that were under way, under the same ids"
