"""The sections of a page about one experiment: harm first, then what was tried, how good it was, where it fails."""

import json
from collections.abc import Iterator

from evals.records import Metric
from evals.report.markup import Content, Markup, tag
from evals.report.records import ExperimentReport, Kind
from evals.report.tables import count_table, facts, metric_table
from evals.report.words import (
    HARMS,
    INTERVALS,
    METRICS,
    OVERLAP,
    blame,
    day,
    effort,
    errors,
    harm,
    main_result,
    shown_slices,
    small_slices,
    what_was_tried,
)
from evals.report.worst_section import worst_section

KINDS: dict[Kind, str] = {"outcome": "expected outcome", "route": "expected route", "tag": "tag"}


def experiment_article(experiment: ExperimentReport, anchor: str) -> Markup:
    """Return everything about one experiment."""
    summary = experiment["summary"]
    return tag(
        "article",
        tag("h2", summary["graph"], " ", tag("small", summary["experiment"])),
        _sentences(what_was_tried(experiment), *main_result(experiment), *errors(experiment)),
        harm_section(experiment),
        setting_section(experiment),
        quality_section(experiment),
        error_section(experiment),
        failure_section(experiment),
        effort_section(experiment),
        worst_section(experiment),
        id=anchor,
    )


def harm_section(experiment: ExperimentReport) -> Markup:
    """Return what harm was done, apart from everything else."""
    metrics = experiment["summary"]["metrics"]
    rows = [(_named(title, name), name, metrics[name]) for name, title in HARMS.items() if name in metrics]
    table = metric_table(rows, "Harm, of all answers") if rows else None
    marked = "harm seen" if experiment["harmed"] else "harm"
    return _section("Harm", _sentences(*harm(experiment)), table, class_=marked)


def setting_section(experiment: ExperimentReport) -> Markup:
    """Return what was tried, on what."""
    summary = experiment["summary"]
    models = [f"{role}: {model}" for role, model in summary["models"].items()]
    rows = [
        ("graph", summary["graph"]),
        ("models", _lines(models) if models else "none"),
        ("set for its runs", tag("code", json.dumps(experiment["context"])) if experiment["context"] else "nothing"),
        ("dataset", summary["dataset"]),
        ("split", ", ".join(experiment["splits"]) or "none: the dataset has no halves"),
        ("examples", f"{summary['examples']:,}"),
        ("repetitions", str(summary["repetitions"])),
        ("begun", day(experiment["begun_at"])),
        ("configuration", tag("code", experiment["config_hash"])),
    ]
    tables = [count_table(each, f"Examples by {KINDS[kind]}") for kind, each in experiment["counts"].items() if each]
    return _section("What was tried, on what", facts(rows), tag("div", tables, class_="columns"))


def quality_section(experiment: ExperimentReport) -> Markup:
    """Return every metric of the answers but harm."""
    metrics = experiment["summary"]["metrics"]
    rows = [(_named(METRICS.get(name), name), name, each) for name, each in metrics.items() if name not in HARMS]
    table = metric_table(rows, "Metrics of the answers") if rows else None
    return _section("How good, and how sure", tag("p", INTERVALS), table)


def error_section(experiment: ExperimentReport) -> Markup:
    """Return what the machinery failed, over all runs."""
    rows = [("Runs that ended in an error", "harm", experiment["error_rate"])]
    complaints = [
        tag("li", f"{each['runs']:,} \u00d7 ", tag("code", each["error"])) for each in experiment["complaints"]
    ]
    table = metric_table(rows, "Errors, of all runs that ended")
    return _section("Errors", _sentences(*errors(experiment)), table, tag("ul", complaints) if complaints else None)


def failure_section(experiment: ExperimentReport) -> Markup:
    """Return where it fails: blame, scores of the steps, slices."""
    summary = experiment["summary"]
    steps = [
        (_step(step, name), name, each) for step, scores in summary["steps"].items() for name, each in scores.items()
    ]
    blamed = (
        count_table(summary["blame"], "Failed tasks by the first step that went wrong") if summary["blame"] else None
    )
    scores = metric_table(steps, "Scores of the steps") if steps else tag("p", "No step was scored.")
    return _section("Where it fails", tag("p", blame(summary)), blamed, scores, list(_slice_tables(experiment)))


def effort_section(experiment: ExperimentReport) -> Markup:
    """Return time, tokens and cost."""
    return _section("What it takes", _sentences(*effort(experiment["summary"])))


def _slice_tables(experiment: ExperimentReport) -> Iterator[Markup]:
    primary = experiment["primary"]
    if primary is None:
        return
    yield tag("p", OVERLAP)
    for kind, title in KINDS.items():
        rows: list[tuple[Content, str, Metric]] = [
            (each["name"], primary, each["metric"]) for each in shown_slices(experiment, kind)
        ]
        if rows:
            yield metric_table(rows, f"{primary} by {title}, the lowest first")
    if small := small_slices(experiment):
        yield tag("p", small)


def _section(title: str, *content: Content, class_: str | None = None) -> Markup:
    return tag("section", tag("h3", title), content, class_=class_)


def _sentences(*sentences: str) -> Markup:
    return tag("p", " ".join(sentences))


def _lines(texts: list[str]) -> list[Markup]:
    return [tag("div", text) for text in texts]


def _named(title: str | None, name: str) -> Content:
    """Return a metric by its meaning and its name; by its name alone where its meaning is not written down."""
    code = tag("code", name)
    return [title, " ", code] if title else code


def _step(step: str, name: str) -> Content:
    return [tag("code", step), " ", name]
