"""The comparisons on the page: the verdict in words, then the differences drawn."""

from collections.abc import Iterable, Iterator

from evals.comparison.pairs import MEASURES
from evals.comparison.records import Comparison, MetricComparison
from evals.comparison.sentences import p_text, plain, signed
from evals.comparison.verdicts import margin_of
from evals.records import Metric
from evals.report.bars import difference_bar
from evals.report.markup import Content, Markup, tag
from evals.report.records import Pairing, Report
from evals.report.tables import measure_table, metric_table
from evals.report.words import HARMS, METRICS, SEVERAL_VERDICTS, compared_names, how_compared

HEAD = ("", "difference, B - A", "", "95 % interval", "A", "B", "p", "n", "verdict")
LEAST_REACH = 0.1
"""A bar reaches at least so far to either side, lest chance on a few messages look large."""

Row = tuple[Content, str, MetricComparison]


def comparison_article(report: Report) -> Content:
    """Return how the experiments stand to each other; nothing where there is only one."""
    if not report["comparisons"]:
        return None
    several = tag("p", SEVERAL_VERDICTS) if len(report["comparisons"]) > 1 else None
    sections = [_pairing(each, compared_names(report, each)) for each in report["comparisons"]]
    return tag("article", tag("h2", "Compared"), _side_by_side(report), several, sections, id="compared")


def _side_by_side(report: Report) -> Content:
    """Return harm, then the primary metric, of all experiments under each other."""
    return [
        metric_table(rows, f"{name}, of each experiment by itself")
        for name in ("harm", report["experiments"][0]["primary"])
        if name and (rows := list(_rows_of(report, name)))
    ]


def _rows_of(report: Report, name: str) -> Iterator[tuple[Content, str, Metric]]:
    for each in report["experiments"]:
        summary = each["summary"]
        if name in summary["metrics"]:
            yield [summary["graph"], " ", tag("small", summary["experiment"])], name, summary["metrics"][name]


def _pairing(pairing: Pairing, names: tuple[str, str]) -> Markup:
    title = tag("h3", f"B {names[1]}, held against A {names[0]}")
    comparison = pairing["comparison"]
    if comparison is None:
        return tag("section", title, tag("p", f"Not compared: {pairing['refused']}."))
    verdict = tag("p", tag("strong", comparison["verdict"]), class_=f"verdict {comparison['verdict']}")
    tables = [_table(rows, comparison, caption) for caption, rows in _groups(comparison) if rows]
    return tag("section", title, verdict, tag("p", comparison["says"]), tag("p", how_compared(comparison)), tables)


def _groups(comparison: Comparison) -> Iterator[tuple[str, list[Row]]]:
    """Yield the rows by what they are about: harm, the answers, what they took, the steps."""
    metrics = comparison["metrics"]
    answers = [name for name in metrics if name not in HARMS and name not in MEASURES]
    yield "Harm (less is better)", [_row(name, metrics[name], HARMS[name]) for name in HARMS if name in metrics]
    yield "The answers", [_row(name, metrics[name], METRICS.get(name)) for name in answers]
    yield (
        "What an answer took; each bar on a scale of its own",
        [_row(name, metrics[name], METRICS[name]) for name in MEASURES if name in metrics],
    )
    yield (
        "The steps that both have",
        [
            ([tag("code", step), " ", name], name, each)
            for step, scores in comparison["steps"].items()
            for name, each in scores.items()
        ],
    )


def _row(name: str, each: MetricComparison, meaning: str | None) -> Row:
    return [meaning, " ", tag("code", name)] if meaning else tag("code", name), name, each


def _table(rows: list[Row], comparison: Comparison, caption: str) -> Markup:
    reach = max(LEAST_REACH, *_ends(each for _, _, each in rows))
    drawn = [_difference_row(*row, comparison["margin"], reach) for row in rows]
    return measure_table(HEAD, drawn, caption)


def _ends(rows: Iterable[MetricComparison]) -> list[float]:
    return [abs(end) for each in rows for end in each["ci95"]]


def _difference_row(title: Content, name: str, each: MetricComparison, margin: float, reach: float) -> Markup:
    low, high = each["ci95"]
    own = margin_of(name, margin, each["a"])
    far = max(own, *_ends([each])) if name in MEASURES else reach
    bar = difference_bar(each["difference"], low, high, own, far or 1.0)
    return tag(
        "tr",
        tag("th", title, scope="row"),
        tag("td", bar, class_="drawn"),
        tag("td", signed(each["difference"])),
        tag("td", f"{signed(low)} to {signed(high)}", data_label="95 %"),
        tag("td", plain(each["a"]), data_label="A"),
        tag("td", plain(each["b"]), data_label="B"),
        tag("td", p_text(each["p"]).removeprefix("p ").removeprefix("= "), data_label="p"),
        tag("td", f"{each['n']:,}", data_label="n"),
        tag("td", each["verdict"], class_=f"verdict {each['verdict']}"),
        class_="compared",
    )
