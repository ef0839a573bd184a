"""`baton eval calibrate`: the threshold report of a graph or of a decision model."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baton.cli.terminal.options import Concurrency, ContextValues, Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from evals.calibration import AnsweredSet
    from evals.calibration_sets import ExampleSets
    from evals.examples import Example
    from evals.experiment import Plan
    from evals.thresholds import Answered

Examples = Annotated[
    list[Path] | None,
    typer.Option(help="Examples, .jsonl or .csv; dealt into halves unless they have splits.", show_default=False),
]
ToFit = Annotated[list[Path] | None, typer.Option(help="Fit on these, with --verify.", show_default=False)]
ToVerify = Annotated[list[Path] | None, typer.Option(help="Verify on these.", show_default=False)]
MODEL_DATASET = "routing"
CALIBRATE = "calibrate"  # the name of the dataset in the list of experiments
MOST_COMPLAINTS = 3


def calibrate(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="GRAPH|MODEL", help="A graph; or classifier, local:desk, decisions:NAME.", show_default=False
        ),
    ],
    *,
    dataset: Examples = None,
    fit: ToFit = None,
    verify: ToVerify = None,
    risk: Annotated[float, typer.Option(help="The share that may go the wrong way.", min=0.001, max=0.5)] = 0.05,
    seed: Annotated[int, typer.Option(help="Deals the halves.", min=0)] = 0,
    svg: Annotated[Path | None, typer.Option(help="Write two plots into this file.", show_default=False)] = None,
    set_: ContextValues = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> int:
    """Fit the threshold that keeps a stated risk, verify it on other messages, and tell how calibrated answers are."""
    from app.report_file import refuse_unwritable
    from baton.cli.terminal.output import note
    from baton.cli.work.session import INTERRUPTED, in_session
    from evals.experiment import Plan

    refuse_unwritable(svg)
    model, context = _model_and_context(subject, set_ or [])
    sets = _sets(MODEL_DATASET if model else subject, dataset, fit, verify, seed)

    async def report(session: "Session") -> int:
        at_once = concurrency or session.resources.settings.runs_at_once()
        if model:
            answers, faults = await _ask_model(session, model, sets.all, at_once)
        else:
            plan = Plan(subject, CALIBRATE, None, context, sets.all)
            answers, faults = await _run_graph(session, plan, at_once, json=json)
        if session.stopped:
            note("stopped; nothing can be said of a part")
            return INTERRUPTED
        return _tell(model or subject, sets, answers, faults, risk, svg, json=json)

    return in_session(report)


def _model_and_context(subject: str, assignments: list[str]) -> "tuple[str | None, dict[str, Any]]":
    """Return the decision model that the subject names, None for a graph, and the context of a graph's runs."""
    from baton.cli.work.context_values import context_of
    from baton.config.settings import settings
    from baton.runs.registry import entry
    from evals.decided import decision_model

    model = decision_model(subject, settings())
    if model is None:
        entry(subject)
    elif assignments:
        raise UsageError("--set is for graphs; a model alone has no context")
    return model, context_of(assignments)


def _sets(
    graph: str, dataset: list[Path] | None, fit: list[Path] | None, verify: list[Path] | None, seed: int
) -> "ExampleSets":
    """Return the examples to fit and to verify on, every line of their files checked."""
    from evals.calibration_sets import given_sets, split_sets
    from evals.dataset import default_dataset

    if not (fit or verify):
        return split_sets(_read(dataset or [default_dataset(graph)]), seed)
    if not (fit and verify) or dataset:
        raise UsageError("name either --dataset, or both --fit and --verify")
    names = (", ".join(map(str, files)) for files in (fit, verify))
    return given_sets(_read(fit), _read(verify), *names)


def _read(files: Sequence[Path]) -> "list[Example]":
    from app.eval_datasets import read_examples
    from evals.calibration_sets import merged

    return merged([(file.stem, read_examples(file)) for file in files])


async def _ask_model(
    session: "Session", model: str, examples: "Sequence[Example]", at_once: int
) -> "tuple[list[Answered | None], list[str]]":
    """Ask a decision model about every example; return its answers in order, and the errors of those without one."""
    from baton.cli.terminal.output import note
    from evals.decided import decide_all

    note(f"{model}: {len(examples)} messages to decide")
    outcomes = await decide_all(model, examples, session.resources.settings, concurrency=at_once)
    return [each.answer for each in outcomes], [each.error for each in outcomes if each.error]


async def _run_graph(
    session: "Session", plan: "Plan", at_once: int, *, json: bool
) -> "tuple[list[Answered | None], list[str]]":
    """Work every example through a graph as an experiment; return its answers in order, and the errors of the rest."""
    from app.eval_work import work_unfinished
    from evals.experiment import bench as open_bench
    from evals.thresholds import answered

    async with open_bench(session.resources) as bench:
        experiment = await bench.begin(plan)
        with session.signals():
            await work_unfinished(session, bench, experiment, at_once, json=json)
        if session.stopped:
            return [], []
        await bench.result(experiment)  # which refuses one that another process works at
        cells = {each["example_id"]: each for each in await bench.results(experiment)}
        complaints = await bench.complaints(experiment)
    return [answered(cells[each.id]) for each in plan.examples], [
        why for why, times in complaints for _ in range(times)
    ]


def _tell(
    subject: str,
    sets: "ExampleSets",
    answers: "Sequence[Answered | None]",
    faults: Sequence[str],
    risk: float,
    svg: Path | None,
    *,
    json: bool,
) -> int:
    """Print the report and write its plots; return the exit code, 1 where messages got no answer."""
    from app.calibration_view import print_report
    from app.report_file import write_plot
    from baton.cli.terminal.output import note, say_json
    from evals.calibration import calibration_report
    from evals.report.calibration_plots import calibration_svg

    first = _answered(sets.first_name, answers[: len(sets.first)])
    second = _answered(sets.second_name, answers[len(sets.first) :])
    for fault in list(dict.fromkeys(faults))[:MOST_COMPLAINTS]:
        note(f"no answer: {fault}")
    if not (first.answers and second.answers):
        raise UsageError(f"{subject} gave no route with a confidence for one of the sets; nothing can be said")
    report = calibration_report(subject, first, second, risk)
    if svg:
        write_plot(svg, calibration_svg(report))
    say_json(report) if json else print_report(report, offline=_is_offline(subject))
    return 1 if faults else 0


def _is_offline(subject: str) -> bool:
    """Whether the stand-in may have answered: a graph asks roles, one of which is local."""
    from baton.config.settings import settings
    from evals.configuration import configured_models
    from evals.records import offline_roles

    return ":" not in subject and bool(offline_roles(configured_models(settings())))


def _answered(name: str, answers: "Sequence[Answered | None]") -> "AnsweredSet":
    from evals.calibration import AnsweredSet

    given = [each for each in answers if each is not None]
    return AnsweredSet(name, given, len(answers) - len(given))
