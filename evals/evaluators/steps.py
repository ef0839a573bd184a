"""Step scores: every step against what it owes, and the first step that went wrong. Functions of values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from baton.storage.records import StepAttempt
from evals.evaluators.drafts import draft_scores
from evals.evaluators.matches import value_scores
from evals.evaluators.owed import OWED, Judgement, Outputs
from evals.evaluators.votes import vote_scores
from evals.examples import Example, Expected, ExpectedRequest
from evals.graph_steps import GraphSteps
from evals.records import Scores

VERDICT = "verdict"
"""Owed by gates and checks: they let pass what is right. Who passes a fault is not to blame: the faulty step is."""
REQUEST = "request"
SPARING = ("_precision", "_f1")
"""Ends of scores that more than what is expected lowers, which is no fault of a step."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step that was worked: its scores, whether it did its part, and whether its last attempt failed."""

    step: str
    scores: Scores
    is_right: bool
    failed: bool


def step_results(example: Example, attempts: Sequence[StepAttempt], known: GraphSteps) -> list[StepResult]:
    """Return the result of each step of a run, in the order in which the steps began for the first time."""
    results: list[StepResult] = []
    for step in dict.fromkeys(each["step"] for each in attempts if each["kind"] == "step"):
        own = [each for each in attempts if each["step"] == step]
        outputs = [each["output"] for each in own if each["status"] == "done" and isinstance(each["output"], dict)]
        judgements = list(_judgements(example, step, outputs, known)) if outputs else []
        scores = {name: score for each in judgements for name, score in each.scores.items()}
        right = all(each.is_right for each in judgements)
        if _owes_verdict(example, step, known) and outputs and all(each.is_right for each in results):
            counted = outputs if known.is_branch(step) else outputs[-1:]
            scores[VERDICT] = right = not any(map(_sends_back, counted))
        results.append(StepResult(step, scores, right, own[-1]["status"] == "failed"))
    return results


def step_scores(
    expected: Expected, attempts: Sequence[StepAttempt], results: Sequence[StepResult]
) -> dict[str, Scores]:
    """Return the scores of the steps: what they owe, and what the example itself expects of a step by its last output.

    A step that the example names and that was not reached has an empty output. Voters are scored one by one; of a loop
    the first draft and the best one are.
    """
    finished = [each for each in attempts if each["status"] == "done"]
    wrote = {each["step"] for each in finished}
    outputs = [each["output"] for each in finished if isinstance(each["output"], dict)]
    unreached = {name: fields for name, fields in expected.steps.items() if name not in wrote}
    named = {step: dict(value_scores("", fields, None)) for step, fields in unreached.items()}
    scores: dict[str, Scores] = {each.step: dict(each.scores) for each in results if each.scores}
    for more in (named, vote_scores(expected, outputs), draft_scores(expected, outputs)):
        for step, values in more.items():
            scores[step] = {**scores.get(step, {}), **values}
    return scores


def wrong_steps(results: Sequence[StepResult]) -> list[str]:
    """Return the steps that went wrong, in their order: they did not do their part, or they failed."""
    return [each.step for each in results if each.failed or not each.is_right]


def blamed_step(results: Sequence[StepResult]) -> str | None:
    """Return the first step of a failed example that went wrong.

    Where every step did its part, the last one is to blame, which made the answer of them. None without steps.
    """
    return next(iter(wrong_steps(results)), results[-1].step if results else None)


def _judgements(example: Example, step: str, outputs: Outputs, known: GraphSteps) -> Iterator[Judgement]:
    expected, counted = example.expected, outputs if known.is_branch(step) else outputs[-1:]
    if step in expected.steps:
        scores = dict(value_scores("", expected.steps[step], outputs[-1]))
        yield Judgement(scores, all(score == 1 for name, score in scores.items() if not name.endswith(SPARING)))
    for name in known.owes.get(step, []):
        judge = OWED.get(name)
        judgement = judge(_whole(example) if name == REQUEST else expected, counted) if judge else None
        if judgement is not None:
            yield judgement


def _whole(example: Example) -> Expected:
    """Return the expectations with the whole message as its one request, where none is named."""
    expected = example.expected
    if expected.requests is not None:
        return expected
    return expected.model_copy(update={"requests": [ExpectedRequest(quote=example.inputs.message)]})


def _owes_verdict(example: Example, step: str, known: GraphSteps) -> bool:
    """Return whether a step has to let pass what is right.

    What is for a person anyway, it may stop; but not an action that this person is to get as a proposal.
    """
    may_stop = example.expected.outcome == "escalated" and not example.expected.actions
    return VERDICT in known.owes.get(step, []) and not may_stop


def _sends_back(output: dict[str, Any]) -> bool:
    """Return whether a gate or a check stops what it was given."""
    review, answer = output.get("review") or {}, output.get("answer") or {}
    stops = review.get("verdict") == "escalate" or answer.get("fault") is not None
    return stops or output.get("complaint") is not None or bool(output.get("faults"))
