"""Labels beside a plot, one below the other, each with a line to its point: however close the points, none overlaps.

Functions of values; places are pixels from the upper left corner, as SVG has them.
"""

from collections.abc import Sequence
from html import escape

LINE = 15
"""The height of a label."""
BASE = 4
"""From the middle of a label down to its base line."""

Labelled = tuple[float, float, str]
"""A point with its text."""


def beside(points: Sequence[Labelled], edge: float, top: float, bottom: float) -> list[str]:
    """Return the labels of the points to the right of `edge`, between `top` and `bottom`, with their lines.

    They stand in the order of their points. Of points at one height the leftmost gets the label that is furthest away,
    so that their lines do not cross.
    """
    middle = (top + bottom) / 2
    ordered = sorted(points, key=lambda each: (round(each[1]), each[0] if each[1] > middle else -each[0]))
    places = spread([height for _, height, *_ in ordered], top, bottom)
    marks = []
    for (left, height, text), place in zip(ordered, places, strict=True):
        marks += [
            f'<path class="leader" d="M{left:.1f} {height:.1f}L{edge + 4:.1f} {place:.1f}"/>',
            f'<text x="{edge + 8:.1f}" y="{place + BASE:.1f}">{escape(text)}</text>',
        ]
    return marks


def spread(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Return places in the order of the ascending heights, a label apart and as near to them as that allows.

    More than there is room for run over the bottom.
    """
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + LINE if places else top))
    limit = max(bottom, top + LINE * (len(places) - 1))
    for number in reversed(range(len(places))):
        places[number] = min(places[number], limit)
        limit = places[number] - LINE
    return places
