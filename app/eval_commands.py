"""`baton eval`: measures a graph on a dataset. Light on purpose: the rest is imported when it is needed."""

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.eval_bakeoff import bakeoff
from app.eval_calibrate import calibrate
from app.eval_check import check
from app.eval_compare import compare
from app.eval_gate import Gate, note_crossed, read_gate
from app.eval_judge import Judge
from app.eval_langsmith import Upload, prepare_dataset, require_langsmith, send_experiment, sync, upload
from app.eval_options import Split
from app.eval_report import report
from baton.cli.terminal.options import Concurrency, ContextValues, Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from evals.experiment import Bench, Plan
    from evals.gates import Gates

app = typer.Typer(help="How good a graph is: experiments on datasets.", no_args_is_help=True)
for command in (compare, report, bakeoff, calibrate, check, sync, upload):
    app.command()(command)
MOST_COMPLAINTS = 3
MOST_REPETITIONS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an experiment is to be worked, and what is to follow."""

    concurrency: int | None
    gates: "Gates | None"
    _: KW_ONLY
    judge: bool
    upload: bool
    json: bool

    def options(self) -> list[str]:
        """Return the options that do the same with the rest of it."""
        flags = {"--judge": self.judge, "--upload": self.upload, "--json": self.json}
        gate = [] if self.gates is None else ["--gate", str(self.gates.file)]
        return [*gate, *(flag for flag, is_given in flags.items() if is_given)]


Graph = Annotated[str | None, typer.Argument(help="One of `baton graphs`.", show_default=False)]


@app.command()
def run(
    graph: Graph = None,
    *,
    dataset: Annotated[Path | None, typer.Option(help="Examples: .jsonl or .csv.", show_default=False)] = None,
    split: Annotated[Split | None, typer.Option(help="Which half (default: dev).", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first so many.", min=1, show_default=False)] = None,
    repetitions: Annotated[int, typer.Option(help="Work each message so many times.", min=1, max=MOST_REPETITIONS)] = 1,
    set_: ContextValues = None,
    resume: Annotated[str | None, typer.Option(help="Go on with an experiment.", metavar="ID")] = None,
    concurrency: Concurrency = None,
    gate: Gate = None,
    judge: Judge = False,
    upload: Upload = False,
    json: Json = False,
) -> int:
    """Work every example of a dataset through a graph, and measure the answers."""
    from baton.cli.work.session import in_session

    if resume is not None and (dataset or split or limit or set_ or repetitions > 1):
        raise UsageError("an experiment goes on with what it began with; leave the other options out")
    if resume is None and graph is None:
        raise UsageError("name a graph; `baton graphs` lists them")
    if upload:
        require_langsmith()
    gates = read_gate(gate)
    if gates is not None and graph is not None:
        gates.of_run(graph)
    plan = None if resume else _plan(str(graph), dataset, split, limit, set_ or [], repetitions)
    if upload and plan is not None:
        prepare_dataset(plan)

    def start(bench: "Bench") -> "Awaitable[str]":
        return bench.begin(plan) if plan else bench.reopen(str(resume), graph)

    wanted = Wanted(concurrency, gates, judge=judge, upload=upload, json=json)
    return in_session(lambda session: _measure(session, start, wanted))


@app.command("list")
def list_(
    graph: Annotated[str | None, typer.Argument(help="Only this graph's.", show_default=False)] = None,
    *,
    json: Json = False,
) -> int:
    """List the experiments, the newest first."""
    from app.eval_view import print_experiments
    from baton.cli.terminal.output import say_json
    from baton.cli.work.session import in_session
    from evals.experiment import bench as open_bench

    async def show_all(desk: "Session") -> int:
        async with open_bench(desk.resources) as bench:
            entries = [each for each in await bench.entries() if graph in (None, each["graph"])]
        say_json(entries) if json else print_experiments(entries)
        return 0

    return in_session(show_all)


@app.command()
def show(
    experiment: Annotated[str, typer.Argument(help="Its id, from `baton eval list`.")],
    *,
    worst: Annotated[int, typer.Option(help="How many of the worst examples to show.", min=0)] = 3,
    json: Json = False,
) -> int:
    """Show the figures of an experiment, and its worst examples with the first step that went wrong in each."""
    from app.eval_view import print_result, print_worst
    from baton.cli.terminal.output import note, say_json
    from baton.cli.work.session import in_session
    from evals.experiment import bench as open_bench
    from evals.worst import worst_examples

    async def show_one(desk: "Session") -> int:
        async with open_bench(desk.resources) as bench:
            known = await bench.experiment(experiment)
            if known.unjudged:
                note(f"{known.unjudged} of its runs have no result yet: baton eval run --resume {experiment}")
            result = await bench.result(experiment, partial=True)
            cells = worst_examples(await bench.results(experiment), await bench.examples(experiment), worst)
        if json:
            say_json({**result, "worst": cells})
        else:
            print_result(result, bench.file)
            print_worst(cells)
        return 0

    return in_session(show_one)


def _plan(
    graph: str, dataset: Path | None, split: Split | None, limit: int | None, assignments: list[str], repetitions: int
) -> "Plan":
    """Return the plan of an experiment, every line of the dataset checked."""
    from app.eval_datasets import dataset_label, read_examples
    from baton.cli.work.context_values import context_of
    from baton.runs.registry import entry
    from evals.dataset import chosen, default_dataset
    from evals.experiment import Plan

    entry(graph)
    context = context_of(assignments)
    file = dataset or default_dataset(graph)
    return Plan(
        graph, dataset_label(dataset, file), split, context, chosen(read_examples(file), split, limit), repetitions
    )


async def _measure(desk: "Session", start: "Callable[[Bench], Awaitable[str]]", wanted: Wanted) -> int:
    """Begin or go on with an experiment, work what is missing, print the result; return the exit code."""
    from app.eval_view import print_result
    from baton.cli.terminal.invocation import command
    from baton.cli.terminal.output import note, say_json
    from baton.cli.work.session import INTERRUPTED
    from evals.experiment import bench as open_bench

    async with open_bench(desk.resources) as bench:
        experiment = await start(bench)
        await _work(desk, bench, experiment, wanted)
        if desk.stopped:
            note(f"stopped; go on with: {command('eval', 'run', '--resume', experiment, *wanted.options())}")
            return INTERRUPTED
        result = await bench.result(experiment)
        await _note_complaints(bench, experiment)
        say_json(result) if wanted.json else print_result(result, bench.file)
        crossed = note_crossed(wanted.gates.crossed_by_run(result)) if wanted.gates else 0
        if wanted.upload:
            await send_experiment(bench, desk.resources.database, experiment)
        return 1 if result["errors"] else crossed


async def _note_complaints(bench: "Bench", experiment: str) -> None:
    """Tell the most frequent errors, of runs and of the judge."""
    from baton.cli.terminal.output import note

    for why, times in (await bench.complaints(experiment))[:MOST_COMPLAINTS]:
        note(f"{times} gave no answer: {why}")
    for why, times in (await bench.judge_complaints(experiment))[:MOST_COMPLAINTS]:
        note(f"{times} replies were not judged: {why}")


async def _work(session: "Session", bench: "Bench", experiment: str, wanted: Wanted) -> None:
    """Work the examples without an answer, then let the judge mark the replies, where it is wanted."""
    from app.eval_work import judge_replies, work_unfinished

    with session.signals():
        await work_unfinished(session, bench, experiment, wanted.concurrency, json=wanted.json)
        if wanted.judge and not session.stopped:
            await judge_replies(session, bench, experiment, wanted.concurrency, json=wanted.json)
