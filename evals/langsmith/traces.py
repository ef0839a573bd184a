"""A judged run as LangSmith takes it: a root run, its steps and their model calls below it, feedback for each score.

Functions of values. Every id is made from those of the project there and of the run here, so that what is sent twice
is one thing. What is sent is what Baton keeps, and so as masked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from baton.storage.records import ModelCall, StepAttempt
from evals.cells import JUDGED_SCORE
from evals.examples import Example
from evals.langsmith.datasets import example_key
from evals.records import JudgedCell

ANSWER = ("outcome", "route", "confidence", "reply", "citations", "actions")
"""The parts of a cell's result that are its run's answer."""
TYPES = {"step": "chain", "effect": "tool"}
"""LangSmith's types of the runs that stand for steps and effects; spans of other kinds are not sent."""

RunFields = dict[str, Any]
"""A run as `Client.multipart_ingest` takes it: LangSmith's own mapping, whose fields differ by type."""


@dataclass(frozen=True, slots=True)
class Project:
    """An experiment's place on LangSmith; `began` is when it began here, in Unix seconds."""

    project_id: UUID
    dataset_id: UUID
    graph: str
    began: float


@dataclass(frozen=True, slots=True)
class Feedback:
    """One score of a run."""

    feedback_id: UUID
    run_id: UUID
    key: str
    score: bool | float
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """The runs of one cell, the root first, and all feedback on them."""

    runs: list[RunFields]
    feedback: list[Feedback]

    @property
    def root_id(self) -> UUID:
        """The id of the root run, which is the trace's."""
        root_id: UUID = self.runs[0]["id"]
        return root_id


def trace_of(project: Project, cell: JudgedCell, example: Example, attempts: Sequence[StepAttempt]) -> Trace:
    """Return a cell's trace; without the attempts of its steps, whose rows may have been deleted, it is the root."""
    steps = [each for each in attempts if each["kind"] in TYPES]
    began = min((each["started_at"] for each in steps), default=project.began)
    root: RunFields = {
        **_run(project, None, uuid5(project.project_id, cell["thread_id"]), began, cell["latency_ms"]),
        "name": project.graph,
        "run_type": "chain",
        "inputs": example.inputs.model_dump(),
        "outputs": {key: cell[key] for key in ANSWER},  # type: ignore[literal-required]
        "error": cell["error"] if cell["outcome"] is None else None,
        "reference_example_id": example_key(project.dataset_id, example.id),
        "extra": {"metadata": {"example_id": example.id, "repetition": cell["repetition"], "status": cell["status"]}},
    }
    runs, by_step = [root], dict[str, UUID]()
    for number, each in enumerate(steps):
        step = _step(project, root, each, number)
        by_step[each["step"]] = step["id"]
        runs += [step, *_calls(project, step, each)]
    return Trace(runs, list(_feedback(cell, root["id"], by_step)))


def _step(project: Project, root: RunFields, attempt: StepAttempt, number: int) -> RunFields:
    """Return the run of a step's attempt, the `number`th of its run."""
    key = uuid5(root["id"], str(number))
    return {
        **_run(project, root, key, attempt["started_at"], attempt["latency_ms"] or 0),
        "name": attempt["step"],
        "run_type": TYPES[attempt["kind"]],
        "inputs": _mapping(attempt["input"], "input"),
        "outputs": _mapping(attempt["output"], "output"),
        "error": attempt["error"],
        "extra": {"metadata": {"attempt": attempt["attempt"], "status": attempt["status"]}},
    }


def _calls(project: Project, step: RunFields, attempt: StepAttempt) -> Iterator[RunFields]:
    """Yield the runs of a step's model calls; prompts and raw answers are not kept, so it is tokens and times."""
    began = attempt["started_at"]
    for number, call in enumerate(attempt["calls"]):
        yield {
            **_run(project, step, uuid5(step["id"], str(number)), began, call["latency_ms"] or 0),
            "name": call["role"],
            "run_type": "llm",
            "inputs": {},
            "outputs": {},
            "error": call["error"],
            "extra": {"metadata": _model(call)},
        }
        began += (call["latency_ms"] or 0) / 1000  # they come one after the other


def _model(call: ModelCall) -> dict[str, Any]:
    """Return a call's model and tokens under the names by which LangSmith counts them."""
    provider, _, name = call["model"].partition(":")
    sent, got = call["input_tokens"] or 0, call["output_tokens"] or 0
    usage: dict[str, float] = {"input_tokens": sent, "output_tokens": got, "total_tokens": sent + got}
    if call["cost_usd"] is not None:
        usage["total_cost"] = call["cost_usd"]
    return {"ls_provider": provider, "ls_model_name": name, "usage_metadata": usage}


def _run(project: Project, parent: RunFields | None, key: UUID, began: float, latency_ms: float) -> RunFields:
    """Return the fields that place a run: in its project, below its parent, in time."""
    start = datetime.fromtimestamp(began, UTC)
    own_order = f"{start:%Y%m%dT%H%M%S%fZ}{key}"
    return {
        "id": key,
        "trace_id": parent["trace_id"] if parent else key,
        "parent_run_id": parent["id"] if parent else None,
        "dotted_order": f"{parent['dotted_order']}.{own_order}" if parent else own_order,
        "session_id": project.project_id,
        "start_time": start,
        "end_time": datetime.fromtimestamp(began + latency_ms / 1000, UTC),
    }


def _feedback(cell: JudgedCell, root_id: UUID, by_step: dict[str, UUID]) -> Iterator[Feedback]:
    """Yield the scores of the run, then those of its steps; of a step that was not worked they stand at the root."""
    reasons = {JUDGED_SCORE: cell["judge"]["reason"]} if cell["judge"] else {}
    for key, score in cell["scores"].items():
        yield _score(root_id, key, score, reasons.get(key))
    for step, scores in cell["steps"].items():
        for name, score in scores.items():
            known = by_step.get(step)
            yield _score(known, name, score) if known else _score(root_id, f"{step}: {name}", score)


def _score(run_id: UUID, key: str, score: bool | float, comment: str | None = None) -> Feedback:  # noqa: FBT001
    return Feedback(uuid5(run_id, key), run_id, key, score, comment)


def _mapping(value: Any, name: str) -> dict[str, Any]:
    """Return what LangSmith takes as inputs and outputs: a mapping."""
    return value if isinstance(value, dict) else {} if value is None else {name: value}
