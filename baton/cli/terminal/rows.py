"""Tables that fit: one column gives way to the width, and columns that can be spared go where it is too narrow."""

from collections.abc import Sequence

from baton.cli.terminal.output import console, harmless

Cell = str | tuple[str, str]
GAP = "  "
READABLE = 24  # characters that the column which gives way should keep
UNSHORTENED = 1000  # where no terminal sets a width


class Rows:
    """Rows of text under `columns`; `wide` gives way, `spare` go first to last, `right` are aligned so.

    A cell is its text, or `(text, style)`.
    """

    def __init__(self, *columns: str, wide: str, right: Sequence[str] = (), spare: Sequence[str] = ()) -> None:
        self._columns, self._wide, self._right, self._spare = columns, wide, right, spare
        self._rows: list[dict[str, Cell]] = []

    def add(self, *cells: Cell) -> None:
        """Add a row, one cell for each column."""
        self._rows.append(dict(zip(self._columns, cells, strict=True)))

    def show(self) -> None:
        """Print the table; a pipe gets its lines whole and without rules."""
        terminal = console().is_terminal
        widths = self._widths(console().width if terminal else UNSHORTENED)
        self._line({name: (name, "bold") for name in self._columns}, widths)
        if terminal:
            console().print("\u2500" * (sum(widths.values()) + len(GAP) * (len(widths) - 1)), style="dim")
        for row in self._rows:
            self._line(row, widths)

    def _line(self, row: dict[str, Cell], widths: dict[str, int]) -> None:
        from rich.text import Text

        line = Text()
        for name, width in widths.items():
            cell = Text(_text(row[name]), style=_style(row[name]), overflow="ellipsis", no_wrap=True)
            cell.truncate(width, overflow="ellipsis")
            cell.align("right" if name in self._right else "left", width)
            line += cell + GAP
        line.rstrip()
        console().print(line, soft_wrap=True)

    def _widths(self, room: int) -> dict[str, int]:
        """How many characters each column gets; those that do not fit are left out."""
        widths, spare = {name: self._natural(name) for name in self._columns}, list(self._spare)
        while True:
            others = sum(width + len(GAP) for name, width in widths.items() if name != self._wide)
            if room - others >= min(READABLE, widths[self._wide]) or not spare:
                widths[self._wide] = max(1, min(widths[self._wide], room - others))
                return widths
            widths.pop(spare.pop(0))

    def _natural(self, name: str) -> int:
        from rich.cells import cell_len

        return max([cell_len(name), *(cell_len(_text(row[name])) for row in self._rows)])


def _text(cell: Cell) -> str:
    return harmless(cell if isinstance(cell, str) else cell[0])


def _style(cell: Cell) -> str:
    return "" if isinstance(cell, str) else cell[1]
