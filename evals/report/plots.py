"""Small plots as SVG text, with nothing fetched: axes, lines, and points with error bars.

    plot = Plot("Risk against coverage", x="coverage", y="risk", y_range=(0, 0.2))
    plot.line([(0.1, 0.01), (0.9, 0.15)])
    text = svg([plot])

`svg` gives a file of its own; `Plot.svg` alone is for a page that has the styles. Colours follow the reader's light or
dark scheme. Values outside of the ranges are drawn at the edge.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from evals.report.labels import Labelled, beside

WIDTH, HEIGHT = 420, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 36, 48
ASIDE = 136
"""The room to the right of a plot whose labels stand beside it."""
FOOT = 18
"""The height of a line of the caption."""
TICKS = 5
STEPS = (1, 2, 2.5, 4, 5, 10)
"""Distances of ticks that people read at once, times a power of ten."""
THOUSAND = 1000
CAP = 3  # half the width of an error bar's end
STYLE = """<style>
.plot { color: #1f2328; font: 12px system-ui, sans-serif; }
.plot text { fill: currentColor; }
.plot .axis, .plot .grid { stroke: currentColor; fill: none; }
.plot .grid { opacity: 0.15; }
.plot .leader { stroke: currentColor; opacity: 0.4; }
.plot .line { fill: none; stroke-width: 2; }
.plot .dashed { stroke-dasharray: 5 4; stroke-width: 1.5; }
.plot .a { stroke: #0969da; } .plot circle.a { fill: #0969da; }
.plot .b { stroke: #bc4c00; } .plot circle.b { fill: #bc4c00; }
.plot .c { stroke: #6e7781; } .plot circle.c { fill: #6e7781; }
@media (prefers-color-scheme: dark) {
  .plot { color: #e6edf3; }
  .plot .a { stroke: #58a6ff; } .plot circle.a { fill: #58a6ff; }
  .plot .b { stroke: #f0883e; } .plot circle.b { fill: #f0883e; }
  .plot .c { stroke: #8b949e; } .plot circle.c { fill: #8b949e; }
}
</style>"""

Pair = tuple[float, float]


class Span(NamedTuple):
    """A value with its interval; None where it has none."""

    mean: float
    low: float | None = None
    high: float | None = None


class Plot:
    """A plot that is drawn into; `colour` is "a", "b" or "c". With `aside` there is room for labels beside it."""

    def __init__(
        self, title: str, *, x: str, y: str, x_range: Pair = (0, 1), y_range: Pair = (0, 1), aside: bool = False
    ) -> None:
        self._title, self._x, self._y, self._x_range, self._y_range = title, x, y, x_range, y_range
        self._marks: list[str] = []
        self._beside: list[Labelled] = []
        self._right = WIDTH - (ASIDE if aside else RIGHT)

    def line(self, points: Iterable[Pair], *, colour: str = "a", dashed: bool = False) -> None:
        """Draw a line through the points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self._at(*each) for each in points))
        self._marks.append(f'<polyline class="line {colour}{" dashed" * dashed}" points="{path}"/>')

    def point(self, x: float, y: float, *, low: float | None = None, high: float | None = None, **look: str) -> None:
        """Draw a point, with an error bar from `low` to `high` where both are given.

        `look` may hold its `colour`, and its `label`, which is shown beside it; its `title` is shown under a pointer.
        """
        colour, (left, top) = look.get("colour", "a"), self._at(x, y)
        if low is not None and high is not None:
            self._marks.append(self._error_bar(x, low, high, colour))
        title = f"<title>{escape(look['title'])}</title>" if "title" in look else ""
        self._marks.append(f'<circle class="{colour}" cx="{left:.1f}" cy="{top:.1f}" r="3.5">{title}</circle>')
        if "label" in look:
            self._marks.append(f'<text x="{left + 6:.1f}" y="{top - 6:.1f}">{escape(look["label"])}</text>')

    def crossed_point(self, across: "Span", up: "Span", *, label: str, colour: str = "a") -> None:
        """Draw a point with error bars both ways; its label stands beside the plot, apart from all others."""
        left, top = self._at(across.mean, up.mean)
        if across.low is not None and across.high is not None:
            first, last = self._at(across.low, up.mean)[0], self._at(across.high, up.mean)[0]
            ends = "".join(f"M{end:.1f} {top - CAP:.1f}V{top + CAP:.1f}" for end in (first, last))
            self._marks.append(f'<path class="{colour}" fill="none" d="M{first:.1f} {top:.1f}H{last:.1f}{ends}"/>')
        self.point(across.mean, up.mean, low=up.low, high=up.high, colour=colour, title=label)
        self._beside.append((left, top, label))

    def svg(self, left: int = 0, top: int = 0) -> str:
        """Return the plot as an `<svg>` element, `left` and `top` pixels from the corner of what holds it."""
        centre, middle = (LEFT + self._right) / 2, (TOP + HEIGHT - BOTTOM) / 2
        size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        upright = f'transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle"'
        return "\n".join(
            [
                f'<svg class="plot" x="{left}" y="{top}" {size} role="img" aria-label="{escape(self._title)}">',
                f'<text x="{LEFT}" y="20" font-weight="bold">{escape(self._title)}</text>',
                *self._grid(),
                f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{self._right}"/>',
                f'<text x="{centre:.0f}" y="{HEIGHT - 10}" text-anchor="middle">{escape(self._x)}</text>',
                f"<text {upright}>{escape(self._y)}</text>",
                *beside(self._beside, self._right, TOP, HEIGHT - BOTTOM),
                *self._marks,
                "</svg>",
            ]
        )

    def _grid(self) -> list[str]:
        """Return the lines and numbers at the ticks of both axes."""
        marks = []
        for tick in range(TICKS + 1):
            x, y = (low + (high - low) * tick / TICKS for low, high in (self._x_range, self._y_range))
            left, top = self._at(x, y)
            marks += [
                f'<path class="grid" d="M{left:.1f} {TOP}V{HEIGHT - BOTTOM}M{LEFT} {top:.1f}H{self._right}"/>',
                f'<text x="{left:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick_text(x)}</text>',
                f'<text x="{LEFT - 6}" y="{top + 4:.1f}" text-anchor="end">{tick_text(y)}</text>',
            ]
        return marks

    def _error_bar(self, x: float, low: float, high: float, colour: str) -> str:
        left, bottom = self._at(x, low)
        _, top = self._at(x, high)
        ends = "".join(f"M{left - CAP:.1f} {end:.1f}H{left + CAP:.1f}" for end in (top, bottom))
        return f'<path class="{colour}" fill="none" d="M{left:.1f} {bottom:.1f}V{top:.1f}{ends}"/>'

    def _at(self, x: float, y: float) -> Pair:
        """Return the place of a value on the picture, in pixels from its upper left corner."""
        across, up = _share(x, self._x_range), _share(y, self._y_range)
        return LEFT + across * (self._right - LEFT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def svg(plots: Sequence[Plot], *, columns: int | None = None, caption: Sequence[str] = ()) -> str:
    """Return plots as the text of an SVG file: side by side or in so many `columns`, above the lines of a caption."""
    columns = min(columns or len(plots), len(plots))
    width, below = WIDTH * columns, HEIGHT * ceil(len(plots) / columns)
    height = below + FOOT * len(caption) + (FOOT // 2 if caption else 0)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    background = (
        "<style>.paper { fill: #fff; } @media (prefers-color-scheme: dark) { .paper { fill: #0d1117; } }</style>"
    )
    paper = f'<rect class="paper" width="{width}" height="{height}"/>'
    drawn = (plot.svg(WIDTH * (at % columns), HEIGHT * (at // columns)) for at, plot in enumerate(plots))
    lines = (
        f'<text x="16" y="{below + FOOT * number + 10}">{escape(line)}</text>' for number, line in enumerate(caption)
    )
    return "\n".join([head, STYLE, background, paper, *drawn, '<g class="plot">', *lines, "</g>", "</svg>\n"])


def round_range(highest: float) -> Pair:
    """Return a range from 0 to a round number not below `highest`, whose ticks are round too."""
    if highest <= 0:
        return 0.0, 1.0
    power = 10.0 ** floor(log10(highest / TICKS))
    step = next(each for each in STEPS if each * power * TICKS >= highest * (1 - 1e-9))
    return 0.0, step * power * TICKS


def tick_text(value: float) -> str:
    """Return the number at a tick."""
    return f"{value:,.0f}" if value >= THOUSAND else f"{value:.4g}"


def _share(value: float, ends: Pair) -> float:
    low, high = ends
    return min(max((value - low) / (high - low), 0.0), 1.0)
