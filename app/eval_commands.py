"""`baton eval`: measures a graph on a dataset. Light on purpose: the rest is imported when it is needed."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baton.cli.terminal.options import Concurrency, ContextValues, Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from baton.config.settings import Settings
    from evals.dataset import Example
    from evals.experiment import Bench, Plan
    from evals.records import ExperimentSummary

app = typer.Typer(help="How good a graph is: experiments on datasets.", no_args_is_help=True)
MOST_COMPLAINTS = 3
OFFLINE = "These figures were made with the offline model: they show that the machinery works and say nothing about"
HOW_TO_LOOK = "look at its runs: BATON_DATABASE_URL=sqlite:///{} {}"


class Split(StrEnum):
    """Halves of a dataset: one to build with, one for the last look."""

    dev = "dev"
    test = "test"


Graph = Annotated[str | None, typer.Argument(help="One of `baton graphs`.", show_default=False)]


@app.command()
def run(
    graph: Graph = None,
    *,
    dataset: Annotated[Path | None, typer.Option(help="Examples: .jsonl or .csv.", show_default=False)] = None,
    split: Annotated[Split | None, typer.Option(help="Which half (default: dev).", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first so many.", min=1, show_default=False)] = None,
    set_: ContextValues = None,
    resume: Annotated[str | None, typer.Option(help="Go on with an experiment.", metavar="ID")] = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> int:
    """Work every example of a dataset through a graph, and measure the answers."""
    from baton.cli.work.session import in_session

    if resume is not None and (dataset or split or limit or set_):
        raise UsageError("an experiment goes on with what it began with; leave the other options out")
    if resume is None and graph is None:
        raise UsageError("name a graph; `baton graphs` lists them")
    plan = None if resume else _plan(str(graph), dataset, split, limit, set_ or [])

    def start(bench: "Bench") -> "Awaitable[str]":
        return bench.begin(plan) if plan else bench.reopen(str(resume), graph)

    return in_session(lambda session: _measure(session, start, concurrency, json=json))


@app.command()
def sync(
    graph: Graph = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would change.")] = False,
) -> int:
    """Make the datasets on LangSmith equal to ours; needs LANGSMITH_API_KEY."""
    from baton.cli.terminal.output import say
    from baton.config.home import load_env
    from evals.dataset import default_dataset, own_datasets
    from evals.sync import langsmith
    from evals.sync import sync as sync_dataset

    load_env()
    files = [default_dataset(graph)] if graph else sorted(own_datasets().glob("*.jsonl"))
    with langsmith() as client:
        for file, examples in [(file, _examples(file)) for file in files]:
            say(f"baton-{file.stem}: {sync_dataset(client, f'baton-{file.stem}', examples, dry_run=dry_run)}")
    return 0


def _plan(graph: str, dataset: Path | None, split: Split | None, limit: int | None, assignments: list[str]) -> "Plan":
    """Return the plan of an experiment, every line of the dataset checked."""
    from baton.cli.work.context_values import context_of
    from baton.runs.registry import entry
    from evals.dataset import chosen, default_dataset
    from evals.experiment import Plan

    entry(graph)
    context = context_of(assignments)
    file = dataset or default_dataset(graph)
    named = str(dataset) if dataset else "/".join(file.parts[-3:])  # BUSINESS/datasets/GRAPH.jsonl
    return Plan(graph, named, split, context, chosen(_examples(file), split, limit))


def _examples(file: Path) -> "list[Example]":
    """Return the examples of a file; its bad lines are printed before it is refused."""
    from baton.cli.terminal.output import note
    from baton.config.home import load_env
    from evals.dataset import read

    load_env()  # it may name the routes
    examples, faults = read(file)
    for fault in faults:
        note(fault)
    if faults:
        raise UsageError(f"{file} has {len(faults)} bad line{'s' if len(faults) > 1 else ''}; nothing was done")
    return examples


async def _measure(
    desk: "Session", start: "Callable[[Bench], Awaitable[str]]", concurrency: int | None, *, json: bool
) -> int:
    """Begin or go on with an experiment, work the unfinished examples, print the result; return the exit code."""
    from baton.cli.terminal.invocation import command
    from baton.cli.terminal.output import note, say_json
    from baton.cli.work.session import INTERRUPTED, Session
    from evals.experiment import bench as open_bench

    async with open_bench(desk.resources) as bench:
        session = Session(desk.resources, bench.runner)
        with session.signals():
            experiment = await start(bench)
            await _work(session, bench, experiment, concurrency, json=json)
        if session.stopped:
            note(f"stopped; go on with: {command('eval', 'run', '--resume', experiment)}")
            return INTERRUPTED
        result = await bench.result(experiment)
        for why, times in (await bench.complaints(experiment))[:MOST_COMPLAINTS]:
            note(f"{times} gave no answer: {why}")
        say_json(result) if json else _print_result(result, bench.file, desk.resources.settings)
        return 1 if result["errors"] else 0


async def _work(session: "Session", bench: "Bench", experiment: str, concurrency: int | None, *, json: bool) -> None:
    """Work the examples without an answer, and show the progress."""
    import sys

    from baton.cli.terminal.output import console, note
    from baton.cli.terminal.progress import Tally, show_progress
    from baton.cli.work.working import status_text

    unfinished = await bench.unfinished(experiment)
    note(f"experiment {experiment}: {len(unfinished)} to work")
    limit = concurrency or session.resources.settings.concurrency
    with console(stderr=True).status(status_text()):
        await bench.warm_up(experiment)
    with show_progress(Tally(len(unfinished)), "working", bar=not (json and sys.stdout.isatty())) as watch:
        await bench.work(unfinished, done=watch.add, concurrency=limit)


def _print_result(result: "ExperimentSummary", file: Path, configured: "Settings") -> None:
    """Print the figures as a table, then their cost, then their limits."""
    from typing import get_args

    from baton.cli.terminal.invocation import command
    from baton.cli.terminal.output import print_prose, print_text
    from baton.cli.views.phrases import dollars, duration
    from baton.config.settings import Role

    _print_table(result)
    latency, tokens = result["latency_ms"], result["tokens_per_run"]
    print_prose(
        f"\n{result['graph']} on {result['dataset']}: {result['completed']} completed, {result['errors']} errors"
    )
    cost = f"{'?' if tokens is None else f'{tokens:,.0f}'} tokens a run, cost {dollars(result['cost_usd_per_run'])}"
    print_prose(f"half within {duration(latency['p50'])}, 95 % within {duration(latency['p95'])}; {cost}")
    if any(configured.model_of(role).startswith("local:") for role in get_args(Role)):
        print_prose(f"{OFFLINE} language models.")
    print_text(HOW_TO_LOOK.format(file, command("runs")), "dim")


def _print_table(result: "ExperimentSummary") -> None:
    """Print a row for each metric, first of the answers, then step by step."""
    from baton.cli.terminal.rows import Rows

    rows = Rows("metric", "mean", "95 % interval", "n", wide="metric", right=("mean", "n"))
    parts = {"": result["metrics"], **{f"{step}: ": metrics for step, metrics in result["steps"].items()}}
    for prefix, metrics in parts.items():
        for name, each in metrics.items():
            low, high = each["ci95"]
            interval = "" if low is None else f"{low:.3f} to {high:.3f}"
            mean = "" if each["mean"] is None else f"{each['mean']:.3f}"
            rows.add(f"{prefix}{name}", mean, interval, str(each["n"]))
    rows.show()
