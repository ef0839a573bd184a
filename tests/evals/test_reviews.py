"""The judge marks replies in runs of its own: what it costs and what it fails at is its own too."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from baton.cli.main import main
from baton.errors import Transient
from baton.runtime.resources import open_resources
from baton.testing import ScriptedModel, retries_off, scripted_model
from evals.evaluators.judge import Verdict
from evals.examples import Example
from evals.experiment import Plan, bench
from evals.records import ExperimentSummary, JudgedCell
from tests.evals.conftest import line, written

ANSWERED = {"outcome": "answered"}
LINES = [
    line("a", "cards 0.9 say It is free.", expected=ANSWERED),
    line("b", "cards 0.8 say It costs GBP 5.00.", expected=ANSWERED),
    line("c", "cards 0.7", expected=ANSWERED),
    line("d", "cards 0.6 escalate say A colleague looks.", expected=ANSWERED),
]
PASS, FAIL = (
    Verdict(verdict="pass", reason="it answers"),
    Verdict(verdict="fail", reason="it leaves open what it costs"),
)


async def begin() -> str:
    async with open_resources() as desk, bench(desk) as at:
        experiment = await at.begin(
            Plan("parrot", "d.jsonl", None, {}, [Example.model_validate(each) for each in LINES])
        )
        for repetition, cells in (await at.unfinished(experiment)).items():
            async with at.trial(experiment, repetition) as trial:
                await trial.work(cells, done=lambda _: None, concurrency=3)
        return experiment


async def judge(experiment: str) -> tuple[ExperimentSummary, dict[str, JudgedCell]]:
    """The result of an experiment after its replies were judged, one after the other, and its cells."""
    async with open_resources() as desk, bench(desk) as at:
        async with at.review(experiment) as review:
            replies = review.replies(await at.results(experiment), await at.examples(experiment))
            await review.work(replies, done=lambda _: None, concurrency=1)
        return await at.result(experiment), {each["example_id"]: each for each in await at.results(experiment)}


@pytest.fixture
def experiment(project: Path) -> str:
    return asyncio.run(begin())


def judged(experiment: str, *answers: Any) -> tuple[ExperimentSummary, dict[str, JudgedCell], ScriptedModel]:
    with retries_off(), scripted_model(*answers) as model:
        return (*asyncio.run(judge(experiment)), model)


def test_replies_that_a_customer_gets_are_judged_and_nothing_else(experiment: str) -> None:
    result, cells, model = judged(experiment, PASS, FAIL)
    assert [call.data["reply"] for call in model.asked] == ["It is free.", "It costs GBP 5.00."]
    verdicts = {name: cell["scores"].get("judged") for name, cell in cells.items()}
    assert verdicts == {"a": True, "b": False, "c": None, "d": None}
    assert result["metrics"]["judged"]["mean"] == 0.5
    assert cells["b"]["judge"] is not None
    assert cells["b"]["judge"]["reason"] == FAIL.reason


def test_the_judge_is_given_the_message_the_policies_and_the_rubric(experiment: str) -> None:
    *_, model = judged(experiment, PASS, PASS)
    call = model.asked[0]
    assert call.data["message"] == "cards 0.9 say It is free."
    assert "CARD-01" in {each["id"] for each in call.data["policies"]}
    assert call.data["customer"] is None
    assert "promises nothing" in str(call.messages[0]["content"])


def test_its_tokens_are_counted_apart_from_the_graphs(experiment: str) -> None:
    result, *_ = judged(experiment, PASS, FAIL)
    assert result["judge"] is not None
    assert result["judge"]["tokens"] > 0
    assert result["tokens_per_run"] == 0


def test_its_agreement_with_our_labels_is_reported(experiment: str) -> None:
    result, *_ = judged(experiment, PASS, FAIL)
    assert result["judge"] is not None
    assert (result["judge"]["label"], result["judge"]["kappa"]["n"]) == ("task_completion", 2)


def test_a_failure_of_the_judge_is_its_own_and_is_tried_again(experiment: str) -> None:
    before = asyncio.run(judge_nothing(experiment))
    with retries_off(), scripted_model(PASS, Transient("busy")) as model:
        result, cells = asyncio.run(judge(experiment))
        model.will(FAIL)
        model.asked.clear()
        again, _ = asyncio.run(judge(experiment))
    assert result["judge"] is not None
    assert (result["judge"]["verdicts"], result["judge"]["errors"], result["errors"]) == (1, 1, 0)
    assert result["metrics"]["task_completion"] == before["metrics"]["task_completion"]
    assert "judged" not in cells["b"]["scores"]
    assert len(model.asked) == 1, "only that reply is asked about again"
    assert again["judge"] is not None
    assert (again["judge"]["verdicts"], again["judge"]["errors"]) == (2, 0)


async def judge_nothing(experiment: str) -> ExperimentSummary:
    async with open_resources() as desk, bench(desk) as at:
        return await at.result(experiment)


def test_a_verdict_stands_until_the_rubric_or_the_model_changes(
    experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def count() -> int:
        async with open_resources() as desk, bench(desk) as at, at.review(experiment) as review:
            return len(review.replies(await at.results(experiment), await at.examples(experiment)))

    with scripted_model(PASS):
        asyncio.run(judge(experiment))
        assert asyncio.run(count()) == 0
        with monkeypatch.context() as another:
            another.setattr("evals.reviews.rubric_hash", lambda: "another")
            assert asyncio.run(count()) == 2
    with scripted_model(PASS):
        assert asyncio.run(count()) == 2


def test_without_a_judge_there_is_no_report(experiment: str) -> None:
    assert asyncio.run(judge_nothing(experiment))["judge"] is None


def test_the_command_judges_and_says_how_far_to_trust_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(project / "d.jsonl", *LINES)
    with pytest.raises(SystemExit) as end:
        main(["eval", "run", "parrot", "--dataset", "d.jsonl", "--judge"])
    told = capsys.readouterr()
    assert end.value.code == 0
    assert "2 replies to judge" in told.err
    assert "judged by local:desk: 2 replies, 0 errors of the judge" in told.out
    assert "Cohen's kappa" in told.out
    with pytest.raises(SystemExit):
        main(["eval", "list", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["errors"] == 0
