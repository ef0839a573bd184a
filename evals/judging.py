"""Judging: a run becomes a cell's result, by every evaluator that the example has expectations for."""

from collections.abc import Sequence
from typing import Any

from baton.storage.records import RunSummary, StepAttempt
from evals.evaluators.answer import answer_of
from evals.evaluators.citations import citation_scores
from evals.evaluators.completion import completion_scores
from evals.evaluators.groundedness import groundedness_scores
from evals.evaluators.harm import harm_scores
from evals.evaluators.policy_violations import policy_scores
from evals.evaluators.sources import Sources, sources_of
from evals.evaluators.steps import blamed_step, step_results, step_scores
from evals.evaluators.trajectory import trajectory_scores
from evals.examples import Example
from evals.graph_steps import graph_steps
from evals.records import CellResult, Scores


async def judge(
    example: Example, run: RunSummary, steps: Sequence[StepAttempt], reason: str | None = None
) -> CellResult:
    """Return a cell's result: the scores of its run and of the steps, and the values that all runs are measured by.

    `reason` is the class of the dead letter that ended the run. Call it where the business's service can be reached
    (`baton.runtime.active.with_resources`).
    """
    answer = answer_of(run, steps)
    sources = await sources_of(example.inputs, answer)
    usage, known, expected = run["usage"], graph_steps(run["graph"]), example.expected
    results = step_results(expected, steps, known)
    path = [each["step"] for each in steps if each["kind"] == "step" and each["status"] == "done"]
    scores = {
        **_answer_scores(example, answer, sources, proposes=known.proposes),
        **trajectory_scores(expected, path, known),
    }
    return {
        "reason": reason,
        "scores": scores,
        "steps": step_scores(expected, steps, results),
        "blame": blamed_step(results) if scores.get("task_completion") is False else None,
        "path": path,
        "reply": answer.get("reply") or "",
        "citations": list(answer.get("citations") or []),
        "actions": list(answer.get("actions") or []),
        "model_calls": usage["model_calls"],
        "confidence": answer.get("confidence"),
        "outcome": answer.get("outcome"),
        "route": answer.get("route"),
        "latency_ms": run["latency_ms"],
        "tokens": usage["input_tokens"] + usage["output_tokens"],
        "cost_usd": usage["cost_usd"],
        "error": run["error"] or next((each["error"] for each in reversed(steps) if each["error"]), None),
    }


def _answer_scores(example: Example, answer: dict[str, Any], sources: Sources, *, proposes: bool) -> Scores:
    expected = example.expected
    scores: Scores = {} if expected.route is None else {"route": answer.get("route") == expected.route}
    return {
        **completion_scores(expected, answer, proposes=proposes),
        **scores,
        **citation_scores(expected, answer),
        **groundedness_scores(sources),
        **policy_scores(sources, answer),
        **harm_scores(expected, answer, sources),
    }
