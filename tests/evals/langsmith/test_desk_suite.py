"""A few examples of the desk as a suite of LangSmith's pytest plugin, which records each as a run with its scores.

Recorded only where somebody asks for it: LANGSMITH_TEST_TRACKING=true, with a key (docs/langsmith.md). Else they are
plain tests, and nothing is sent.
"""

from functools import cache
from typing import Any

import pytest
from langsmith import testing

from evals.dataset import own_datasets, read
from evals.evaluators.completion import completion_scores
from evals.examples import Example
from evals.records import Scores
from graphs.single_call import graph

CHOSEN = ["d065", "d084", "d087", "d136", "d167"]
SHOWN = ("outcome", "route", "reply", "citations", "actions")


@cache
def examples() -> dict[str, Example]:
    """The development examples; no fixture, for the plugin records what a test is given."""
    return {each.id: each for each in read(own_datasets() / "desk.jsonl")[0] if each.split == "dev"}


def record_scores(example: Example, answer: dict[str, Any]) -> Scores:
    """The scores of an answer, recorded with it where somebody asks."""
    scores = completion_scores(example.expected, answer, proposes=True)
    testing.log_inputs(example.inputs.model_dump())
    testing.log_reference_outputs(example.expected.model_dump(mode="json", exclude_none=True))
    testing.log_outputs({key: answer.get(key) for key in SHOWN})
    for key, score in scores.items():
        testing.log_feedback(key=key, score=score)
    return scores


@pytest.mark.langsmith(test_suite_name="baton-desk-suite")
@pytest.mark.parametrize("example_id", CHOSEN)
async def test_one_call_completes_it(example_id: str) -> None:
    example = examples()[example_id]
    assert record_scores(example, await graph.ainvoke(example.inputs.model_dump()))["task_completion"]


@pytest.mark.langsmith(test_suite_name="baton-desk-suite")
@pytest.mark.parametrize("example_id", CHOSEN)
def test_an_answer_as_expected_completes_it(example_id: str) -> None:
    example = examples()[example_id]
    expected = example.expected
    answer = {"outcome": expected.outcome, "reply": ", ".join(expected.says or []), "citations": expected.citations}
    assert record_scores(example, answer)["task_completion"]
