"""Works the judge: a run of its own for each reply, in a home of its own, so that it costs the graph's runs nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.storage.database import Database
from baton.storage.records import RunSummary
from evals import verdicts
from evals.evaluators.judge import graph, is_judged, judge_input, rubric_hash
from evals.examples import Example
from evals.records import JudgedCell
from evals.working import work_and_keep


@dataclass(frozen=True, slots=True)
class Reply:
    """A cell with a reply to judge, and its example."""

    cell: JudgedCell
    example: Example


class Review:
    """The judge's runs on the replies of one experiment; each verdict is written as its run ends."""

    def __init__(self, experiment_id: str, runs: Resources, desk: Database) -> None:
        self._experiment_id, self._desk = experiment_id, desk
        self._model = runs.settings.model_of("judge")
        self.runner = Runner(runs, lambda _: graph)

    def replies(self, cells: Sequence[JudgedCell], examples: Sequence[Example]) -> list[Reply]:
        """Return the replies that have no verdict yet by this model and rubric."""
        by_id, key = {each.id: each for each in examples}, (self._model, rubric_hash())
        return [
            Reply(each, by_id[each["example_id"]])
            for each in cells
            if is_judged(each)
            and not ((mark := each["judge"]) and mark["verdict"] and (mark["model"], mark["rubric"]) == key)
        ]

    async def work(self, replies: Sequence[Reply], *, done: Callable[[RunSummary], None], concurrency: int) -> None:
        """Ask the judge about the replies concurrently; `done` is called with each of its runs.

        Runs that a killed process left are not gone on with: its replies without a verdict are asked about anew.
        """
        jobs = [
            Job({**judge_input(each.example.inputs, each.cell)}, f"{each.cell['thread_id']}-judge-{uuid4().hex[:8]}")
            for each in replies
        ]
        threads = dict(zip(await self.runner.queue(graph.name, jobs), replies, strict=True)) if jobs else {}

        async def keep(run: RunSummary) -> None:
            await self._write(run, threads[run["thread_id"]])

        await work_and_keep(self.runner, threads, keep, done=done, concurrency=concurrency)

    async def _write(self, run: RunSummary, reply: Reply) -> None:
        mark, thread_id = verdicts.mark_of(run, self._model, rubric_hash()), reply.cell["thread_id"]
        await self._desk.do(lambda tx: verdicts.write_verdict(tx, self._experiment_id, thread_id, mark))
