"""Experiments on LangSmith: a finished one becomes a project there on its dataset, one trace for each run.

A cell is sent whole, or again: what was taken is noted, and what was not is sent by the next upload under the same ids.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from baton.errors import UsageError
from baton.storage.database import Database
from evals.cells import Experiment
from evals.examples import Example
from evals.experiment import Bench
from evals.langsmith import ledger
from evals.langsmith.client import send_runs
from evals.langsmith.datasets import complete_dataset, dataset_name
from evals.langsmith.traces import Project, Trace, trace_of
from evals.records import JudgedCell, Metric

if TYPE_CHECKING:
    from langsmith import Client

AT_ONCE = 8  # cells that are sent at the same time


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The result of an upload: where the experiment stands, and counts of runs.

    `left_out` counts failed runs, which may still be resumed; `url` is None where LangSmith names none.
    """

    url: str | None
    sent: int
    unchanged: int
    left_out: int

    def __str__(self) -> str:
        """`12 runs sent, 30 there already`, and how many failed and were left out."""
        left_out = f", {self.left_out} failed and left out" if self.left_out else ""
        return f"{self.sent} runs sent, {self.unchanged} there already{left_out}"


async def upload(client: "Client", bench: Bench, desk: Database, experiment_id: str) -> Uploaded:
    """Send what LangSmith lacks of an experiment, and return what was sent; `desk` notes what it has taken.

    Raises:
        UsageError: no experiment has that id, it is not finished, or its dataset there holds other examples.
        LangSmithError: LangSmith refused or could not be reached; what it has taken is not sent again.
    """
    experiment, examples = await bench.experiment(experiment_id), await bench.examples(experiment_id)
    if experiment.unjudged:
        raise UsageError(
            f"{experiment.unjudged} runs of {experiment_id} have no result yet; finish it first:"
            f" baton eval run --resume {experiment_id}"
        )
    cells = [each for each in await bench.results(experiment_id) if each["status"] != "failed"]
    project, url = await asyncio.to_thread(_open_project, client, experiment, examples)
    delivery = _Delivery(client, bench, desk, project, {each.id: each for each in examples})
    sent = await delivery.send_all(cells)
    await delivery.close((await bench.result(experiment_id))["metrics"], cells)
    failed = experiment.examples * experiment.repetitions - len(cells)
    return Uploaded(url, sent, len(cells) - sent, failed)


class _Delivery:
    """Sends cells to one project, each with all its steps and scores, and notes what was taken."""

    def __init__(
        self, client: "Client", bench: Bench, desk: Database, project: Project, examples: Mapping[str, Example]
    ) -> None:
        self._client, self._bench, self._desk = client, bench, desk
        self._project, self._examples = project, examples

    async def send_all(self, cells: Sequence[JudgedCell]) -> int:
        """Send what was not taken yet, some cells at the same time, and return the count of cells that were sent.

        After an error no further cell is begun, and those under way are finished.
        """
        known = await self._desk.do(lambda tx: ledger.sent_items(tx, self._project.project_id))
        waiting = deque(cells)

        async def send_some() -> int:
            sent = 0
            while waiting:
                try:
                    sent += await self._send(waiting.popleft(), known)
                except BaseException:
                    waiting.clear()
                    raise
            return sent

        results = await asyncio.gather(*(send_some() for _ in range(AT_ONCE)), return_exceptions=True)
        for error in (each for each in results if isinstance(each, BaseException)):
            raise error
        return sum(each for each in results if isinstance(each, int))

    async def _send(self, cell: JudgedCell, known: set[UUID]) -> bool:
        """Send what is not known of one cell; return whether there was anything."""
        steps = await self._bench.steps(cell["thread_id"])
        trace = trace_of(self._project, cell, self._examples[cell["example_id"]], steps)
        runs_known = trace.root_id in known
        left = Trace(
            [] if runs_known else trace.runs, [each for each in trace.feedback if each.feedback_id not in known]
        )
        if not (left.runs or left.feedback):
            return False
        await asyncio.to_thread(_send_trace, self._client, self._project, left)
        taken = [trace.root_id, *(each.feedback_id for each in left.feedback)]
        await self._desk.do(lambda tx: ledger.add_sent(tx, self._project.project_id, taken))
        return True

    async def close(self, metrics: Mapping[str, Metric], cells: Sequence[JudgedCell]) -> None:
        """Send the metrics that are no mean of scores as scores of the project, and say that it has ended; once."""
        project_id = self._project.project_id
        if project_id in await self._desk.do(lambda tx: ledger.sent_items(tx, project_id)):
            return
        scores = {name for each in cells for name in each["scores"]}
        means = {name: each["mean"] for name, each in metrics.items() if name not in scores}
        await asyncio.to_thread(_close_project, self._client, project_id, means)
        await self._desk.do(lambda tx: ledger.add_sent(tx, project_id, [project_id]))


def _open_project(client: "Client", experiment: Experiment, examples: Sequence[Example]) -> tuple[Project, str | None]:
    """Return the project of an experiment there with its address, made where it is missing, on its dataset."""
    dataset = complete_dataset(client, dataset_name(experiment.dataset), examples)
    name = f"{experiment.graph}-{experiment.experiment_id}"
    if client.has_project(name):
        project_id = client.read_project(project_name=name).id
    else:
        project_id = client.create_project(
            name, reference_dataset_id=dataset.id, metadata=_metadata(experiment), description="Sent by `baton eval`."
        ).id
    url = f"{dataset.url}/compare?selectedSessions={project_id}" if dataset.url else None
    return Project(project_id, dataset.id, experiment.graph, experiment.created_at), url


def _metadata(experiment: Experiment) -> dict[str, Any]:
    """Return what an experiment is known by here; LangSmith shows it, and groups by it."""
    return {
        "experiment_id": experiment.experiment_id,
        "graph": experiment.graph,
        "dataset": experiment.dataset,
        "split": experiment.split,
        "models": experiment.models,
        "context": experiment.context,
        "config_hash": experiment.config_hash,
        "num_repetitions": experiment.repetitions,
    }


def _send_trace(client: "Client", project: Project, trace: Trace) -> None:
    """Send the runs of a trace, then its feedback."""
    if trace.runs:
        send_runs(client, trace.runs)
    for each in trace.feedback:
        _send_feedback(
            client,
            each.feedback_id,
            run_id=each.run_id,
            session_id=project.project_id,
            key=each.key,
            score=each.score,
            comment=each.comment,
        )


def _close_project(client: "Client", project_id: UUID, means: Mapping[str, float | None]) -> None:
    for name, mean in means.items():
        if mean is not None:
            _send_feedback(client, uuid5(project_id, name), project_id=project_id, key=name, score=mean)
    client.update_project(project_id, end_time=datetime.now(UTC))


def _send_feedback(client: "Client", feedback_id: UUID, **fields: Any) -> None:
    """Send one score; one that is there already stands."""
    from langsmith.utils import LangSmithConflictError  # noqa: PLC0415 - see `evals.langsmith.client`

    with suppress(LangSmithConflictError):
        client.create_feedback(feedback_id=feedback_id, **fields)
