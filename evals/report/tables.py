"""The tables of the page: metrics with their bars, counts, facts."""

from collections.abc import Iterable, Mapping
from itertools import starmap

from evals.records import Metric, is_harm
from evals.report.bars import count_bar, interval_bar
from evals.report.markup import Content, Markup, tag
from evals.report.words import interval, is_gain, number

HEAD = ("", "0 to 1", "mean", "95 % interval", "n")


def metric_table(rows: Iterable[tuple[Content, str, Metric]], caption: str) -> Markup:
    """Return a table of metrics, each given as what it is called here, its name, and its values."""
    return measure_table(HEAD, starmap(_metric_row, rows), caption)


def measure_table(head: Iterable[str], rows: Iterable[Markup], caption: str) -> Markup:
    """Return a table whose second column holds bars; on a narrow screen a bar stands below its row's texts."""
    names = tag("tr", [tag("th", each, scope="col") for each in head])
    return tag("table", tag("caption", caption), tag("thead", names), tag("tbody", list(rows)), class_="measures")


def count_table(counts: Mapping[str, int], caption: str) -> Markup:
    """Return a table of counts with bars."""
    most = max(counts.values(), default=1)
    rows = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            tag("td", count_bar(count, most), class_="drawn"),
            tag("td", f"{count:,}"),
            class_="counted",
        )
        for name, count in counts.items()
    ]
    return measure_table(("", "", "count"), rows, caption)


def facts(rows: Iterable[tuple[str, Content]]) -> Markup:
    """Return a list of names and what stands under them."""
    return tag("dl", [[tag("dt", name), tag("dd", content)] for name, content in rows])


def _metric_row(title: Content, name: str, metric: Metric) -> Markup:
    bar = interval_bar(metric, is_gain=is_gain(name), is_harm=is_harm(name))
    return tag(
        "tr",
        tag("th", title, scope="row"),
        tag("td", bar, class_="drawn"),
        tag("td", number(metric["mean"]), data_label="mean"),
        tag("td", interval(metric), data_label="95 %"),
        tag("td", f"{metric['n']:,}", data_label="n"),
    )
