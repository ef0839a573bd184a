"""Experiments: every example is a run, every run is judged once, and its result is stored.

Results lie in the desk's database. The runs themselves lie in a file beside it, so that the desk's lists, its
`resume --all` and its decisions do not include them, and so that they can be deleted while the results stay.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from baton.errors import Held, UsageError
from baton.runs import registry
from baton.runs.graph_shapes import resolve_context
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, home_key
from baton.storage import show
from baton.storage.database import Database
from baton.storage.records import RunSummary, StepAttempt
from evals import cells
from evals.configuration import configuration, short_hash
from evals.dataset import Example
from evals.evaluators import answer_of, final_scores, step_scores
from evals.records import CellResult, ExperimentSummary, NewExperiment
from evals.summary import ERRORS, experiment_summary

RUNS = "eval-runs.db"
ENDED = {"done", "waiting", "failed", "dead_lettered"}


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment to begin: a graph, its context, and the examples; `dataset` is the name that the user gave."""

    graph: str
    dataset: str
    split: str | None
    context: dict[str, Any]
    examples: Sequence[Example]


class Bench:
    """Begins, works and reports experiments; `bench` opens one."""

    def __init__(self, desk: Resources, runs: Resources) -> None:
        self._desk, self._runs = desk, runs
        self.runner = Runner(runs, registry.load)

    @property
    def file(self) -> Path:
        """The database file of the runs."""
        return self._runs.database.path

    async def begin(self, plan: Plan) -> str:
        """Queue a run for each example, store the experiment and return its id.

        Raises:
            UsageError: the graph, its context or an input cannot be used; nothing was stored.
        """
        experiment_id, config = f"e{uuid4().hex[:11]}", self._config(plan.graph, plan.context)
        jobs = [
            Job(each.inputs.model_dump(), cells.thread_id(experiment_id, position))
            for position, each in enumerate(plan.examples, 1)
        ]
        await self.runner.queue(plan.graph, jobs, context=plan.context)
        row = NewExperiment(
            experiment_id=experiment_id,
            graph=plan.graph,
            dataset=plan.dataset,
            split=plan.split,
            context=json.dumps(plan.context),
            config=json.dumps(config),
            config_hash=short_hash(config),
        )
        await self._desk.database.do(lambda tx: cells.begin(tx, row, plan.examples))
        return experiment_id

    async def reopen(self, experiment_id: str, graph: str | None) -> str:
        """Return the id of an experiment after checking that it can continue with `graph` (None: its own).

        Raises:
            UsageError: no experiment has that id, it is of another graph, or its configuration has changed.
        """
        experiment = await self._desk.database.do(lambda tx: cells.experiment(tx, experiment_id))
        if graph not in (None, experiment.graph):
            raise UsageError(f"{experiment_id} is an experiment with {experiment.graph}, not with {graph}")
        if short_hash(self._config(experiment.graph, experiment.context)) != experiment.config_hash:
            raise UsageError(f"the graph, its models, texts or limits changed since {experiment_id} began; begin anew")
        return experiment_id

    async def unfinished(self, experiment_id: str) -> dict[str, Example]:
        """Return thread ids and examples of the cells without an answer."""
        return await self._desk.database.do(lambda tx: cells.read_open_cells(tx, experiment_id))

    async def warm_up(self, experiment_id: str) -> None:
        """Work one run that is not counted, so that no latency includes training or opening at first use.

        It has no customer, so that it cannot act on anybody's account.
        """
        experiment = await self._desk.database.do(lambda tx: cells.experiment(tx, experiment_id))
        for example in list((await self.unfinished(experiment_id)).values())[:1]:
            job = Job({"message": example.inputs.message, "customer_id": None})
            threads = await self.runner.queue(experiment.graph, [job], context=experiment.context)
            await self.runner.work(threads, done=lambda _: None, concurrency=1)

    async def work(self, examples: dict[str, Example], *, done: Callable[[RunSummary], None], concurrency: int) -> None:
        """Work the runs of these threads concurrently and judge each as it ends; `done` is called with each run."""
        judging: list[asyncio.Task[None]] = []

        def on_end(run: RunSummary) -> None:
            done(run)
            if run["status"] in ENDED:
                judging.append(asyncio.ensure_future(self._judge(run, examples[run["thread_id"]])))

        try:
            await self.runner.work(examples, done=on_end, concurrency=concurrency)
        finally:
            await asyncio.gather(*judging)

    async def result(self, experiment_id: str) -> ExperimentSummary:
        """Return the summary of an experiment.

        Raises:
            Held: another process works some of its runs.
        """
        experiment, results = await self._desk.database.do(
            lambda tx: (cells.experiment(tx, experiment_id), cells.read_results(tx, experiment_id))
        )
        if experiment.unjudged:
            raise Held(f"{experiment.unjudged} runs of {experiment_id} are worked by another process; try again later")
        return experiment_summary(experiment, results)

    async def complaints(self, experiment_id: str) -> list[tuple[str, int]]:
        """Return the errors of runs without an answer and their counts, the most frequent first."""
        results = await self._desk.database.do(lambda tx: cells.read_results(tx, experiment_id))
        return Counter(str(each["error"]) for each in results if each["status"] in ERRORS).most_common()

    async def _judge(self, run: RunSummary, example: Example) -> None:
        steps = await self._runs.database.do(lambda tx: show.steps(tx, run["thread_id"], run["run"]))
        result = judgement(example, run, steps)
        await self._desk.database.do(lambda tx: cells.write_result(tx, run["thread_id"], run["status"], result))

    def _config(self, graph: str, context: dict[str, Any]) -> dict[str, Any]:
        loaded = registry.load(graph)
        return configuration(loaded, resolve_context(loaded, context), self._desk.settings)


@asynccontextmanager
async def bench(desk: Resources) -> AsyncIterator[Bench]:
    """Open a bench with its results in the desk's database and its runs in a file beside it; close it at the end."""
    key = await asyncio.to_thread(home_key)
    runs = Resources(desk.settings, await Database.open(desk.database.path.with_name(RUNS)), key, desk.owner)
    try:
        await desk.database.do(cells.create_tables)
        yield Bench(desk, runs)
    finally:
        await runs.close()


def judgement(example: Example, run: RunSummary, steps: Sequence[StepAttempt]) -> CellResult:
    """Return a cell's result: the scores of its run, and the values that all runs are measured by."""
    answer, usage = answer_of(run, steps), run["usage"]
    return {
        "scores": final_scores(example.expected, answer),
        "steps": step_scores(example.expected, steps),
        "confidence": answer.get("confidence"),
        "outcome": answer.get("outcome"),
        "route": answer.get("route"),
        "latency_ms": run["latency_ms"],
        "tokens": usage["input_tokens"] + usage["output_tokens"],
        "cost_usd": usage["cost_usd"],
        "error": run["error"] or next((each["error"] for each in reversed(steps) if each["error"]), None),
    }
