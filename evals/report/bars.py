"""Bars in SVG: an interval with its mean, a count. They stretch to any width, so their texts stand beside them."""

from evals.records import Metric
from evals.report.markup import Markup, tag

HEIGHT = 12
THIN = 0.8
"""The least width of what is drawn, in hundredths of the bar."""


def interval_bar(metric: Metric, *, is_gain: bool = False, is_harm: bool = False) -> Markup:
    """Return the bar of a mean between 0 and 1, of a gain between -1 and 1; without a mean only its line."""
    first = -1.0 if is_gain else 0.0
    low, high = metric["ci95"]
    drawn = [_line(), *([_upright(0.0, first, "zero")] if is_gain else [])]
    if low is not None and high is not None:
        drawn.append(_block(_place(low, first), _place(high, first) - _place(low, first), "span"))
    if metric["mean"] is not None:
        drawn.append(_upright(metric["mean"], first, "mean"))
    return _bar(drawn, "bar harm" if is_harm else "bar")


def difference_bar(difference: float, low: float, high: float, margin: float, reach: float) -> Markup:
    """Return the bar of a difference between -`reach` and `reach`, with zero and the margin that counts as none."""
    first, last = -reach, reach
    shown = max(low, first), min(high, last)
    left, right = (_place(each, first, last) for each in shown)
    band = [_place(each, first, last) for each in (max(-margin, first), min(margin, last))]
    drawn = [
        _block(band[0], band[1] - band[0], "margin", top=0, height=HEIGHT),
        _line(),
        _upright(0.0, first, "zero", last),
        _block(left, right - left, "span"),
        _upright(min(max(difference, first), last), first, "mean", last),
    ]
    return _bar(drawn, "bar")


def count_bar(count: int, most: int) -> Markup:
    """Return the bar of a count beside others, of which the largest fills the width."""
    return _bar([_block(0.0, 100.0 * count / most, "count")], "bar")


def _bar(drawn: list[Markup], class_: str) -> Markup:
    shape = {"viewBox": f"0 0 100 {HEIGHT}", "preserveAspectRatio": "none", "aria_hidden": "true"}
    return tag("svg", drawn, class_=class_, **shape)


def _place(value: float, first: float, last: float = 1.0) -> float:
    """Return where a value stands, in hundredths of the bar."""
    return 100.0 * (value - first) / (last - first)


def _line() -> Markup:
    return _block(0.0, 100.0, "line", top=5.5, height=1)


def _upright(value: float, first: float, class_: str, last: float = 1.0) -> Markup:
    place = _place(value, first, last)
    return _block(min(max(place - THIN / 2, 0.0), 100.0 - THIN), THIN, class_, top=0, height=HEIGHT)


def _block(left: float, width: float, class_: str, *, top: float = 2.5, height: float = 7) -> Markup:
    box = {"x": round(left, 2), "y": top, "width": round(max(width, THIN), 2), "height": height}
    return tag("rect", class_=class_, **box)
