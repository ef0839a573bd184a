"""`baton eval bakeoff`: the same messages through every pattern. Light on purpose, as `app.eval_commands` is."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.eval_options import Split
from baton.cli.terminal.options import Concurrency, Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from evals.bakeoff.records import BakeoffResult
    from evals.bakeoff.running import Messages
    from evals.bakeoff.targets import Target
    from evals.experiment import Bench

PRIMARY = "task_completion"


@dataclass(frozen=True, slots=True)
class View:
    """How a bake-off is decided and shown: nothing of it changes what is measured."""

    metric: str
    targets: "list[Target]"
    svg: Path | None
    json: bool

    def options(self) -> list[str]:
        """Return the options that show it this way again."""
        words = [] if self.metric == PRIMARY else ["--metric", self.metric]
        for each in self.targets:
            words += ["--target", f"{each.name}={each.limit:g}"]
        words += [] if self.svg is None else ["--svg", str(self.svg)]
        return words + (["--json"] if self.json else [])


def bakeoff(
    further: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Further targets.")] = None,
    *,
    dataset: Annotated[Path | None, typer.Option(help="Examples (default: desk.jsonl).", show_default=False)] = None,
    split: Annotated[Split | None, typer.Option(help="Which half (default: dev).", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first so many.", min=1, show_default=False)] = None,
    graphs: Annotated[str | None, typer.Option(help="Only these, as a,b,c.", metavar="NAMES")] = None,
    target: Annotated[list[str] | None, typer.Option(help="What is asked for.", metavar="NAME=VALUE")] = None,
    metric: Annotated[str, typer.Option(help="What decides.")] = PRIMARY,
    svg: Annotated[Path | None, typer.Option(help="Write the plot there.", metavar="FILE", show_default=False)] = None,
    resume: Annotated[str | None, typer.Option(help="Go on with a bake-off, or show it again.", metavar="ID")] = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> int:
    """Work the same messages through every pattern, and name the simplest one that is good enough."""
    from app.report_file import refuse_unwritable
    from baton.cli.work.session import in_session
    from evals.bakeoff.primary import check_metric
    from evals.bakeoff.targets import targets_of

    if resume is not None and (dataset or split or limit or graphs):
        raise UsageError("a bake-off goes on with what it began with; leave the other options out")
    check_metric(metric)
    view = View(metric, targets_of([*(target or []), *(further or [])], metric), svg, json)
    refuse_unwritable(svg)
    entrants = None if resume else _entrants(graphs, _messages(dataset, split, limit, metric))
    return in_session(lambda session: _run(session, entrants, str(resume), view, concurrency))


def _messages(dataset: Path | None, split: Split | None, limit: int | None, metric: str) -> "Messages":
    """Return the examples, every line of the dataset checked, and the metric against what they expect."""
    from app.eval_datasets import dataset_label, read_examples
    from evals.bakeoff.primary import refuse_unmeasurable
    from evals.bakeoff.running import Messages
    from evals.dataset import SHARED, chosen, default_dataset

    file = dataset or default_dataset(SHARED)
    named = dataset_label(dataset, file)
    examples = chosen(read_examples(file), split, limit)
    refuse_unmeasurable(metric, examples, named)
    return Messages(named, examples[0].split, examples)


def _entrants(named: str | None, messages: "Messages") -> "tuple[list[str], Messages]":
    """Return the graphs that were named, or all that take the messages; each checked against all of them."""
    from baton.runs.registry import entries, entry, load
    from evals.bakeoff.entrants import fitting_graphs, refuse_misfits

    if named is None:
        return fitting_graphs(list(entries()), messages.examples, load), messages
    graphs = [entry(each.strip()).name for each in named.split(",")]
    refuse_misfits(graphs, messages.examples, load)
    return graphs, messages


async def _run(
    session: "Session", entrants: "tuple[list[str], Messages] | None", resume: str, view: View, concurrency: int | None
) -> int:
    """Begin or reopen a bake-off, work what is unfinished, show the result; return the exit code."""
    from baton.cli.terminal.invocation import command
    from baton.cli.terminal.output import note
    from baton.cli.work.session import INTERRUPTED
    from evals.bakeoff.running import begin, reopen
    from evals.experiment import bench as open_bench

    desk = session.resources.database
    async with open_bench(session.resources) as bench:
        bakeoff_id = await begin(bench, desk, *entrants) if entrants else resume
        experiments = await reopen(bench, desk, bakeoff_id)
        note(f"bake-off {bakeoff_id}: {len(experiments)} graphs")
        with session.signals():
            await _work(session, bench, experiments, view, concurrency)
        if session.stopped:
            note(f"stopped; go on with: {command('eval', 'bakeoff', '--resume', bakeoff_id, *view.options())}")
            return INTERRUPTED
        result = await _result(bench, bakeoff_id, experiments, view)
    _show(result, view)
    return 1 if any(each["errors"] for each in result["graphs"]) else 0


async def _work(
    session: "Session", bench: "Bench", experiments: list[str], view: View, concurrency: int | None
) -> None:
    """Work the unfinished examples of each graph in turn, until a stop is asked for."""
    from app.eval_work import work_unfinished
    from baton.cli.terminal.output import note

    for number, each in enumerate(experiments, 1):
        if session.stopped:
            return
        if await bench.unfinished(each):
            note(f"{number} of {len(experiments)}, {(await bench.experiment(each)).graph}")
            await work_unfinished(session, bench, each, concurrency, json=view.json)


async def _result(bench: "Bench", bakeoff_id: str, experiments: list[str], view: View) -> "BakeoffResult":
    """Return the result of a bake-off whose runs were all worked."""
    from app.questions import ladder
    from evals.bakeoff.result import Entrant, bakeoff_result, by_simplicity

    graphs = [Entrant(await bench.experiment(each), await bench.results(each)) for each in experiments]
    return bakeoff_result(bakeoff_id, by_simplicity(graphs, ladder()), view.metric, view.targets)


def _show(result: "BakeoffResult", view: View) -> None:
    """Print the result, and write the plot where that is asked for."""
    from app.bakeoff_view import legend, print_bakeoff
    from app.report_file import write_plot
    from baton.cli.terminal.output import note, say_json
    from evals.bakeoff.plot import bakeoff_svg

    say_json(result) if view.json else print_bakeoff(result)
    if view.svg is not None:
        write_plot(view.svg, bakeoff_svg(result, legend(result)))
        note(f"plot: {view.svg}")
