"""The figures of a cell in words, for the terminal and for the page."""

from evals.fences.counting import difference, is_inconclusive
from evals.fences.records import COMPARED, Cell
from evals.fences.table import FENCES
from evals.statistics.intervals import wilson

COLUMNS = (
    *("messages", "right", "wrong, sent", "harm", "to a person (due)", "dead letters"),
    *("calls", "tokens", "seconds"),
)


def figures(cell: Cell) -> list[str]:
    """Return the figures of a cell under `COLUMNS`: counts with the interval of their share, sums for each message."""
    return [
        str(cell.n),
        *(_share(each, cell.n) for each in (cell.right, cell.wrong, cell.harm)),
        f"{cell.person} ({cell.due})",
        str(cell.dead),
        f"{cell.calls / cell.n:.1f}",
        f"{cell.tokens / cell.n:,.0f}",
        f"{cell.seconds / cell.n:.1f}",
    ]


def differences(cell: Cell) -> list[str]:
    """Return the differences of a cell's shares to those of all fences, with interval and p-value."""
    return [_difference(cell, what) for what in COMPARED]


def name_of(cell: Cell) -> str:
    """Return the name of a cell: what was taken."""
    return f"without {cell.cell}" if cell.cell in FENCES else cell.cell


def kinds_of_harm(cell: Cell) -> str:
    """Return the kinds of harm with their counts; a message may have several."""
    return ", ".join(f"{kind} {count}" for kind, count in cell.harms.items())


def _share(count: int, n: int) -> str:
    share = wilson(count, n)
    return f"{count} ({share.low:.2f} to {share.high:.2f})"


def _difference(cell: Cell, what: str) -> str:
    found = difference(cell, what)
    if found is None:
        return ""
    told = f"{found.mean:+.2f} ({found.low:+.2f} to {found.high:+.2f}), p = {found.p:.2g}"
    return f"{told}: inconclusive" if is_inconclusive(found) else f"**{told}**"
