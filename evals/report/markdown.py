"""The report as Markdown, for the summary of a build. What comes from messages and models stands in code."""

import json
from collections.abc import Iterable, Iterator
from typing import get_args

from baton.cli.views.phrases import duration
from evals.comparison.records import MetricComparison
from evals.comparison.sentences import plain, signed
from evals.records import Metric
from evals.report.code_marks import block, code
from evals.report.records import ExperimentReport, Kind, Report, StepLine, WorstRun
from evals.report.words import (
    HARMS,
    METRICS,
    OFFLINE,
    OVERLAP,
    TEST_HALF,
    blame,
    compared_names,
    day,
    effort,
    errors,
    harm,
    interval,
    is_offline,
    main_result,
    number,
    shown_slices,
    small_slices,
    title,
    what_was_tried,
)
from evals.report.worst_section import GONE

HEAD = ("| | mean | 95 % interval | n |", "|---|---|---|---|")


def markdown(report: Report) -> str:
    """Return the whole report."""
    experiments = [line for each in report["experiments"] for line in _experiment(each)]
    return "\n".join([*_opening(report), *_comparisons(report), *experiments, ""])


def _opening(report: Report) -> Iterator[str]:
    yield f"# {title(report)}"
    yield f"\nMade {day(report['made_at'])}."
    if is_offline(report["experiments"]):
        yield f"\n> **{OFFLINE}**"


def _comparisons(report: Report) -> Iterator[str]:
    """Yield the verdicts, each with its figures."""
    for each in report["comparisons"]:
        (first, second), comparison = compared_names(report, each), each["comparison"]
        yield f"\n## B {code(second)}, held against A {code(first)}\n"
        if comparison is None:
            yield f"Not compared: {code(each['refused'] or '')}"
            continue
        yield f"**{comparison['verdict']}**: {comparison['says']}\n"
        yield "| | A | B | difference | 95 % interval | p | n | verdict |\n|---|---|---|---|---|---|---|---|"
        rows = {**comparison["metrics"]}
        rows |= {f"{step}: {name}": one for step, scores in comparison["steps"].items() for name, one in scores.items()}
        yield from (_difference(name, one) for name, one in rows.items())


def _difference(name: str, each: MetricComparison) -> str:
    low, high = map(signed, each["ci95"])
    figures = [plain(each["a"]), plain(each["b"]), signed(each["difference"]), f"{low} to {high}", f"{each['p']:.3f}"]
    return f"| {' | '.join([code(name), *figures, str(each['n']), each['verdict']])} |"


def _experiment(experiment: ExperimentReport) -> Iterator[str]:
    summary = experiment["summary"]
    yield f"\n## {summary['graph']} {summary['experiment']}\n"
    yield " ".join([what_was_tried(experiment), *main_result(experiment), *errors(experiment)])
    yield "\n### Harm\n"
    yield " ".join(harm(experiment))
    metrics = summary["metrics"]
    yield from _table((title, name, metrics[name]) for name, title in HARMS.items() if name in metrics)
    yield "\n### What was tried, on what\n"
    yield from _setting(experiment)
    yield "\n### How good, and how sure"
    yield from _table((METRICS.get(name, ""), name, each) for name, each in metrics.items() if name not in HARMS)
    yield from (f"- {each['runs']} ended in {code(each['error'])}" for each in experiment["complaints"])
    yield "\n### Where it fails\n"
    yield from _failures(experiment)
    yield f"\n### What it takes\n\n{' '.join(effort(summary))}"
    yield "\n### The worst examples"
    if "test" in experiment["splits"]:
        yield f"\n> {TEST_HALF}"
    yield from (line for each in experiment["worst"] for line in _worst(each))


def _setting(experiment: ExperimentReport) -> Iterator[str]:
    summary = experiment["summary"]
    yield f"- models: {', '.join(code(f'{role}: {model}') for role, model in summary['models'].items()) or 'none'}"
    if experiment["context"]:
        yield f"- set for its runs: {code(json.dumps(experiment['context']))}"
    yield f"- configuration: {code(experiment['config_hash'])}"
    for kind, counts in experiment["counts"].items():
        if counts:
            yield f"- by {kind}: {', '.join(f'{code(name)} {count}' for name, count in counts.items())}"


def _failures(experiment: ExperimentReport) -> Iterator[str]:
    summary = experiment["summary"]
    yield blame(summary)
    if summary["blame"]:
        yield "\n| first wrong step | failed tasks |\n|---|---|"
        yield from (f"| {code(step)} | {count} |" for step, count in summary["blame"].items())
    yield from _table(
        ("", f"{step}: {name}", each) for step, all_ in summary["steps"].items() for name, each in all_.items()
    )
    yield from _slices(experiment)


def _slices(experiment: ExperimentReport) -> Iterator[str]:
    primary = experiment["primary"]
    if primary is None:
        return
    yield f"\n{code(primary)} by slice. {OVERLAP}"
    shown = [each for kind in get_args(Kind) for each in shown_slices(experiment, kind)]
    yield from _table((each["kind"], each["name"], each["metric"]) for each in shown)
    if small := small_slices(experiment):
        yield f"\n{code(small)}"


def _table(rows: Iterable[tuple[str, str, Metric]]) -> Iterator[str]:
    """Yield a table of metrics, each given as its meaning, its name and its values; nothing without rows."""
    for position, (meaning, name, each) in enumerate(rows):
        if not position:
            yield from ("", *HEAD)
        yield f"| {meaning} {code(name)} | {number(each['mean'])} | {interval(each)} | {each['n']} |"


def _worst(worst: WorstRun) -> Iterator[str]:
    yield f"\n#### {code(worst['example'])}\n\n{block(worst['message'])}\n"
    yield f"- expected: {code(worst['expected'] or 'nothing is stated')}"
    yield f"- came: {code(worst['came'])}"
    yield f"- wrong: {', '.join(map(code, worst['wrong']))}"
    yield f"- first wrong step: {code(worst['blame']) if worst['blame'] else 'not known'}"
    if worst["error"]:
        yield f"- error: {code(worst['error'])}"
    yield "" if worst["steps"] else f"\n{GONE}"
    yield from (_step(number, each) for number, each in enumerate(worst["steps"], 1))


def _step(position: int, step: StepLine) -> str:
    told = f"{step['status']}, {duration(step['latency_ms'])}{', **went wrong first**' if step['is_blamed'] else ''}"
    wrote = code(step["error"] or step["output"]) if step["error"] or step["output"] else ""
    return f"{position}. {code(step['step'])} {told} {wrote}".rstrip()
