"""Experiments: every example is a run, every run is judged once, and its result is stored.

Results lie in the desk's database. The runs themselves lie in a file beside it, so that the desk's lists, its
`resume --all` and its decisions do not include them, and so that they can be deleted while the results stay.
Each repetition works in a home of its own: what one run does to a customer's things, no other repetition sees.
"""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from baton.config.settings import Settings
from baton.errors import Held, UsageError
from baton.runs import registry
from baton.runs.graph_shapes import Graph, resolve_context
from baton.runs.runner import Job, Runner
from baton.runtime.active import with_resources
from baton.runtime.resources import Resources, home_key
from baton.storage.database import Database
from baton.storage.records import RunSummary, StepAttempt
from desk.business import business
from evals import cells
from evals.cells import Experiment
from evals.configuration import configuration, short_hash
from evals.examples import Example
from evals.judging import judge
from evals.records import ExperimentEntry, ExperimentSummary, JudgedCell, NewExperiment
from evals.reviews import Review
from evals.run_steps import judged_steps
from evals.summary import experiment_entry, experiment_summary, is_error
from evals.unknown_steps import refuse_unknown_steps
from evals.working import work_and_keep

RUNS = "eval-runs.db"
HOMES = "evals"
JUDGE_HOME = "judge"
CELL_RUN = 1  # the number of a cell's run on its thread, which has no other


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment to begin: a graph, its context, and the examples; `dataset` is the name that the user gave."""

    graph: str
    dataset: str
    split: str | None
    context: dict[str, Any]
    examples: Sequence[Example]
    repetitions: int = 1


class TrialSettings(Settings):
    """The settings of a repetition: a home of its own, in which the business keeps what it does."""

    trial_home: Path

    @property
    def home(self) -> Path:
        """The home of the repetition."""
        return self.trial_home


class Bench:
    """Begins, works and reports experiments; `bench` opens one."""

    def __init__(self, desk: Resources, runs: Database, key: bytes, load: Callable[[str], Graph]) -> None:
        self._desk, self._key, self._load = desk, key, load
        self._runs = Resources(desk.settings, runs, key, desk.owner)
        self._queue = Runner(self._runs, load)

    @property
    def file(self) -> Path:
        """The database file of the runs."""
        return self._runs.database.path

    async def begin(self, plan: Plan) -> str:
        """Queue a run for each example, store the experiment and return its id.

        Raises:
            UsageError: the graph, its context or an input cannot be used, or actions would go outside; nothing was
                stored.
        """
        _refuse_to_act_outside()
        refuse_unknown_steps(self._load(plan.graph), plan.examples)
        experiment_id, config = f"e{uuid4().hex[:11]}", self._config(plan.graph, plan.context)
        jobs = [
            Job(each.inputs.model_dump(), cells.thread_id(experiment_id, position, repetition))
            for repetition in range(1, plan.repetitions + 1)
            for position, each in enumerate(plan.examples, 1)
        ]
        await self._queue.queue(plan.graph, jobs, context=plan.context)
        row = NewExperiment(
            experiment_id=experiment_id,
            graph=plan.graph,
            dataset=plan.dataset,
            split=plan.split,
            context=json.dumps(plan.context),
            config=json.dumps(config),
            config_hash=short_hash(config),
        )
        await self._desk.database.do(lambda tx: cells.begin(tx, row, plan.examples, plan.repetitions))
        return experiment_id

    async def reopen(self, experiment_id: str, graph: str | None) -> str:
        """Return the id of an experiment after checking that it can continue with `graph` (None: its own).

        Raises:
            UsageError: no experiment has that id, it is of another graph, or its configuration has changed.
        """
        _refuse_to_act_outside()
        experiment = await self.experiment(experiment_id)
        if graph not in (None, experiment.graph):
            raise UsageError(f"{experiment_id} is an experiment with {experiment.graph}, not with {graph}")
        if short_hash(self._config(experiment.graph, experiment.context)) != experiment.config_hash:
            raise UsageError(f"the graph, its models, texts or limits changed since {experiment_id} began; begin anew")
        return experiment_id

    async def unfinished(self, experiment_id: str) -> dict[int, dict[str, Example]]:
        """Return thread ids and examples of the cells without an answer, by repetition."""
        return await self._desk.database.do(lambda tx: cells.read_open_cells(tx, experiment_id))

    @asynccontextmanager
    async def trial(self, experiment_id: str, repetition: int) -> AsyncIterator["Trial"]:
        """Open a repetition to work its cells; its home is deleted once all of them have an answer."""
        experiment = await self.experiment(experiment_id)
        home = self._desk.settings.home / HOMES / experiment_id / str(repetition)
        async with self._resources(home) as runs:
            yield Trial(experiment, runs, self._desk.database, self._load)
        if repetition not in await self.unfinished(experiment_id):
            await asyncio.to_thread(shutil.rmtree, home)

    @asynccontextmanager
    async def review(self, experiment_id: str) -> AsyncIterator[Review]:
        """Open what the judge works in: a home of its own, as new, which is deleted at the end."""
        home = self._desk.settings.home / HOMES / experiment_id / JUDGE_HOME
        async with self._resources(home) as runs:
            yield Review(experiment_id, runs, self._desk.database)
        await asyncio.to_thread(shutil.rmtree, home)

    @asynccontextmanager
    async def _resources(self, home: Path) -> AsyncIterator[Resources]:
        """Open resources with a home of its own, whose runs lie with all others of experiments."""
        await asyncio.to_thread(_make_private, home)
        settings = TrialSettings.model_construct(**dict(self._desk.settings), trial_home=home)
        runs = Resources(settings, await Database.open(self.file), self._key, self._desk.owner)
        try:
            yield runs
        finally:
            await runs.close()

    async def experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment with its counts.

        Raises:
            UsageError: no experiment has that id.
        """
        return await self._desk.database.do(lambda tx: cells.experiment(tx, experiment_id))

    async def results(self, experiment_id: str) -> list[JudgedCell]:
        """Return the results of an experiment's cells so far."""
        return await self._desk.database.do(lambda tx: cells.read_results(tx, experiment_id))

    async def steps(self, thread_id: str) -> list[StepAttempt]:
        """Return the step attempts of a cell's run; empty once the file of the runs was deleted."""
        return await self._runs.database.do(lambda tx: judged_steps(tx, thread_id, CELL_RUN))

    async def entries(self) -> list[ExperimentEntry]:
        """Return all experiments as a list shows them, the newest first."""
        experiments = await self._desk.database.do(cells.all_experiments)
        return [experiment_entry(each, await self.results(each.experiment_id)) for each in experiments]

    async def examples(self, experiment_id: str) -> list[Example]:
        """Return the examples of an experiment in their order."""
        return await self._desk.database.do(lambda tx: cells.examples_of(tx, experiment_id))

    async def result(self, experiment_id: str, *, partial: bool = False) -> ExperimentSummary:
        """Return the summary of an experiment; with `partial` of the runs that were judged so far.

        Raises:
            Held: another process works some of its runs.
        """
        experiment, results = await self.experiment(experiment_id), await self.results(experiment_id)
        if experiment.unjudged and not partial:
            raise Held(f"{experiment.unjudged} runs of {experiment_id} are worked by another process; try again later")
        return experiment_summary(experiment, results)

    async def complaints(self, experiment_id: str) -> list[tuple[str, int]]:
        """Return the errors of runs without an answer and their counts, the most frequent first."""
        failed = [each for each in await self.results(experiment_id) if is_error(each)]
        return Counter(str(each["error"]) for each in failed).most_common()

    async def judge_complaints(self, experiment_id: str) -> list[tuple[str, int]]:
        """Return the errors in place of the judge's verdicts and their counts, the most frequent first."""
        marks = [each["judge"] for each in await self.results(experiment_id)]
        return Counter(each["error"] for each in marks if each and each["error"]).most_common()

    def _config(self, graph: str, context: dict[str, Any]) -> dict[str, Any]:
        loaded = self._load(graph)
        return configuration(loaded, resolve_context(loaded, context), self._desk.settings)


class Trial:
    """One repetition of an experiment: works its runs, and judges each as it ends."""

    def __init__(self, experiment: Experiment, runs: Resources, desk: Database, load: Callable[[str], Graph]) -> None:
        self._experiment, self._runs, self._desk = experiment, runs, desk
        self.runner = Runner(runs, load)

    async def warm_up(self, examples: Iterable[Example]) -> None:
        """Work one run that is not counted, so that no latency includes training or opening at first use.

        It has no customer, so that it cannot act on anybody's account.
        """
        for example in list(examples)[:1]:
            job = Job({"message": example.inputs.message, "customer_id": None})
            threads = await self.runner.queue(self._experiment.graph, [job], context=self._experiment.context)
            await self.runner.work(threads, done=lambda _: None, concurrency=1)

    async def work(self, examples: dict[str, Example], *, done: Callable[[RunSummary], None], concurrency: int) -> None:
        """Work the runs of these threads concurrently and judge each as it ends; `done` is called with each run."""

        async def keep(run: RunSummary) -> None:
            await self._judge(run, examples[run["thread_id"]])

        await work_and_keep(self.runner, examples, keep, done=done, concurrency=concurrency)

    async def _judge(self, run: RunSummary, example: Example) -> None:
        steps, reason = await self._runs.database.do(
            lambda tx: (
                judged_steps(tx, run["thread_id"], run["run"]),
                cells.end_reason(tx, run["thread_id"], run["run"]),
            )
        )
        with with_resources(self._runs):
            result = await judge(example, run, steps, reason)
        await self._desk.do(lambda tx: cells.write_result(tx, run["thread_id"], run["status"], result))


@asynccontextmanager
async def bench(desk: Resources, load: Callable[[str], Graph] = registry.load) -> AsyncIterator[Bench]:
    """Open a bench with its results in the desk's database and its runs in a file beside it; close it at the end.

    `load` returns a graph by its name.
    """
    key = await asyncio.to_thread(home_key)
    runs = await Database.open(desk.database.path.with_name(RUNS))
    try:
        await desk.database.do(cells.create_tables)
        yield Bench(desk, runs, key, load)
    finally:
        await runs.close()


def _refuse_to_act_outside() -> None:
    """Refuse an experiment whose actions would reach a system outside of its home: its messages are not real ones."""
    if outside := business().acts_outside():
        raise UsageError(f"an experiment would act on {outside}")


def _make_private(folder: Path) -> None:
    """Make a folder that its owner alone can read, with the folders above it up to the home."""
    for each in (folder.parents[1], folder.parent, folder):
        each.mkdir(mode=0o700, exist_ok=True)
