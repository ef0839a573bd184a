"""The worst examples on the page: message, expectation, answer, and the run step by step."""

from collections.abc import Iterator

from baton.cli.views.phrases import duration
from evals.records import is_harm
from evals.report.markup import Content, Markup, tag
from evals.report.records import ExperimentReport, StepLine, WorstRun
from evals.report.tables import facts
from evals.report.words import TEST_HALF

GONE = "Its steps are no longer there: the file of the runs was deleted."


def worst_section(experiment: ExperimentReport) -> Markup:
    """Return the worst examples, those that did harm first."""
    worst = experiment["worst"]
    title = tag("h3", f"The worst {len(worst)} examples" if len(worst) > 1 else "The worst example")
    if not worst:
        return tag(
            "section",
            tag("h3", "The worst examples"),
            tag("p", "None is shown: none has a fault, or none was asked for."),
        )
    order = tag("p", "Harm comes first, then tasks that were not completed, then the lowest scores.")
    warning = tag("p", TEST_HALF, class_="warning") if "test" in experiment["splits"] else None
    return tag("section", title, warning, order, [_example(each) for each in worst])


def _example(worst: WorstRun) -> Markup:
    did_harm = any(is_harm(name) for name in worst["wrong"])
    rows: list[tuple[str, Content]] = [
        ("message", tag("blockquote", worst["message"])),
        ("expected", worst["expected"] or "nothing is stated"),
        ("came", worst["came"]),
        ("wrong", ", ".join(worst["wrong"])),
        ("first wrong step", tag("code", worst["blame"]) if worst["blame"] else "not known"),
    ]
    if worst["error"]:
        rows.append(("error", tag("code", worst["error"])))
    head = [worst["example"], " ", tag("small", worst["thread_id"]), " ", tag("b", "harm") if did_harm else None]
    steps = tag("ol", list(_steps(worst["steps"])), class_="steps") if worst["steps"] else tag("p", GONE)
    return tag("section", tag("h4", head), facts(rows), steps, class_="example harm seen" if did_harm else "example")


def _steps(steps: list[StepLine]) -> Iterator[Markup]:
    for each in steps:
        attempt = f", try {each['attempt']}" if each["attempt"] > 1 else ""
        told = f"{each['status']}{attempt}, {duration(each['latency_ms'])}"
        blamed = tag("b", "went wrong first") if each["is_blamed"] else None
        wrote = tag("div", each["output"], class_="wrote") if each["output"] else None
        error = tag("div", each["error"], class_="error") if each["error"] else None
        class_ = "blamed" if each["is_blamed"] else None
        yield tag("li", tag("code", each["step"]), " ", tag("small", told), " ", blamed, wrote, error, class_=class_)
