"""The report as one HTML file that needs nothing else: no script, no address, its style sheet in it."""

from pathlib import Path

from evals.report.comparison_section import comparison_article
from evals.report.markup import Content, Markup, style_sheet, tag
from evals.report.records import Report
from evals.report.sections import experiment_article
from evals.report.words import OFFLINE, day, is_offline, title

STYLE = Path(__file__).with_name("report.css")
ALLOWED = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may do with the page: show it. Were a text ever not escaped, no script would run."""


def page(report: Report) -> str:
    """Return the whole page."""
    return f"<!doctype html>\n{tag('html', _head(report), tag('body', _main(report)), lang='en')}\n"


def _head(report: Report) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=ALLOWED),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title(report)),
        style_sheet(STYLE.read_text("utf-8")),
    )


def _main(report: Report) -> Markup:
    experiments = report["experiments"]
    anchors = [f"experiment-{number}" for number in range(1, len(experiments) + 1)]
    made = tag("p", f"Made {day(report['made_at'])}.", class_="made")
    warning = tag("p", OFFLINE, class_="warning", role="note") if is_offline(experiments) else None
    articles = [experiment_article(*each) for each in zip(experiments, anchors, strict=True)]
    return tag(
        "main",
        tag("h1", title(report)),
        made,
        warning,
        _contents(report, anchors),
        comparison_article(report),
        articles,
    )


def _contents(report: Report, anchors: list[str]) -> Content:
    """Return links to the experiments, where there are several."""
    if len(anchors) == 1:
        return None
    names = [f"{each['summary']['graph']} {each['summary']['experiment']}" for each in report["experiments"]]
    targets = [("compared", "Compared"), *zip(anchors, names, strict=True)]
    links = [tag("li", tag("a", name, href=f"#{anchor}")) for anchor, name in targets]
    return tag("nav", tag("ul", links), aria_label="Experiments")
