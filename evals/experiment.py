"""Experiments: every example is a run, every run is judged once, and what is judged is kept.

Results stand in the desk's database. The runs themselves stand in a file beside it, so that the desk's lists, its
`resume --all` and its decisions know nothing of them, and so that they can be thrown away while the results stay.
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
from baton.runs.graph_shapes import checked_context
from baton.runs.runner import Job, Runner
from baton.runtime.plumbing import Plumbing, home_key
from baton.storage import show
from baton.storage.database import Database
from baton.storage.records import RunSummary, StepAttempt
from evals import cells
from evals.configuration import configuration, hashed
from evals.dataset import Example
from evals.evaluators import answer_of, final_scores, step_scores
from evals.summary import ERRORS, summarised

RUNS = "eval-runs.db"
ENDED = {"done", "waiting", "failed", "dead_lettered"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried: a graph, its context, and examples of a dataset as it was named."""

    graph: str
    dataset: str
    split: str | None
    context: dict[str, Any]
    examples: Sequence[Example]


class Bench:
    """Where experiments are made; get one with `bench`."""

    def __init__(self, desk: Plumbing, runs: Plumbing) -> None:
        self._desk, self._runs = desk, runs
        self.runner = Runner(runs, registry.load)

    @property
    def file(self) -> Path:
        """The database of the runs."""
        return self._runs.database.path

    async def begin(self, plan: Plan) -> str:
        """Queue a run for each example and commit the experiment; returns its id.

        Raises:
            UsageError: the graph, its context or an input cannot be used; nothing was kept.
        """
        experiment_id, config = f"e{uuid4().hex[:11]}", self._config(plan.graph, plan.context)
        jobs = [
            Job(each.inputs.model_dump(), cells.thread_id(experiment_id, position))
            for position, each in enumerate(plan.examples, 1)
        ]
        await self.runner.queue(plan.graph, jobs, context=plan.context)
        row = {
            "experiment_id": experiment_id,
            "graph": plan.graph,
            "dataset": plan.dataset,
            "split": plan.split,
            "context": json.dumps(plan.context),
            "config": json.dumps(config),
            "config_hash": hashed(config),
        }
        await self._desk.database.do(lambda tx: cells.begin(tx, row, plan.examples))
        return experiment_id

    async def reopen(self, experiment_id: str, graph: str | None) -> str:
        """The id of an experiment that is to go on; `graph` may say again what it tries.

        Raises:
            UsageError: there is none of that id, it tries another graph, or what its answers depend on has changed.
        """
        found = await self._desk.database.do(lambda tx: cells.experiment(tx, experiment_id))
        if graph not in (None, found.graph):
            raise UsageError(f"{experiment_id} is an experiment with {found.graph}, not with {graph}")
        if hashed(self._config(found.graph, found.context)) != found.config_hash:
            raise UsageError(f"the graph, its models, texts or limits changed since {experiment_id} began; begin anew")
        return experiment_id

    async def unfinished(self, experiment_id: str) -> dict[str, Example]:
        """Threads and examples of the cells that have no answer yet."""
        return await self._desk.database.do(lambda tx: cells.unfinished(tx, experiment_id))

    async def warm_up(self, experiment_id: str) -> None:
        """One run that counts for nothing: what is trained or opened at its first use is in nobody's latency.

        It is on nobody's behalf, so that it cannot do anything to anybody either.
        """
        found = await self._desk.database.do(lambda tx: cells.experiment(tx, experiment_id))
        for example in list((await self.unfinished(experiment_id)).values())[:1]:
            job = Job({"message": example.inputs.message, "customer_id": None})
            threads = await self.runner.queue(found.graph, [job], context=found.context)
            await self.runner.work(threads, done=lambda _: None, concurrency=1)

    async def work(self, examples: dict[str, Example], *, done: Callable[[RunSummary], None], concurrency: int) -> None:
        """Work the runs of these threads side by side and judge each as it ends."""
        judging: list[asyncio.Task[None]] = []

        def ended(run: RunSummary) -> None:
            done(run)
            if run["status"] in ENDED:
                judging.append(asyncio.ensure_future(self._judge(run, examples[run["thread_id"]])))

        try:
            await self.runner.work(examples, done=ended, concurrency=concurrency)
        finally:
            await asyncio.gather(*judging)

    async def result(self, experiment_id: str) -> dict[str, Any]:
        """What an experiment came to, for programs.

        Raises:
            Held: some of its runs are worked by another process.
        """
        found, results = await self._desk.database.do(
            lambda tx: (cells.experiment(tx, experiment_id), cells.judged(tx, experiment_id))
        )
        if found.unjudged:
            raise Held(f"{found.unjudged} runs of {experiment_id} are worked by another process; try again later")
        return summarised(found, results)

    async def complaints(self, experiment_id: str) -> list[tuple[str, int]]:
        """Why runs gave no answer and how often, the most frequent first."""
        results = await self._desk.database.do(lambda tx: cells.judged(tx, experiment_id))
        return Counter(str(each["error"]) for each in results if each["status"] in ERRORS).most_common()

    async def _judge(self, run: RunSummary, example: Example) -> None:
        steps = await self._runs.database.do(lambda tx: show.steps(tx, run["thread_id"], run["run"]))
        result = judgement(example, run, steps)
        await self._desk.database.do(lambda tx: cells.judge(tx, run["thread_id"], run["status"], result))

    def _config(self, graph: str, context: dict[str, Any]) -> dict[str, Any]:
        loaded = registry.load(graph)
        return configuration(loaded, checked_context(loaded, context), self._desk.settings)


@asynccontextmanager
async def bench(desk: Plumbing) -> AsyncIterator[Bench]:
    """A bench whose results stand in the desk's database, and its runs beside it."""
    key = await asyncio.to_thread(home_key)
    runs = Plumbing(desk.settings, await Database.open(desk.database.path.with_name(RUNS)), key, desk.owner)
    try:
        await desk.database.do(cells.create_tables)
        yield Bench(desk, runs)
    finally:
        await runs.close()


def judgement(example: Example, run: RunSummary, steps: Sequence[StepAttempt]) -> dict[str, Any]:
    """A cell's result: the scores of its run, and what the metrics of all runs need of it."""
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
