"""Tables that fit the terminal: one column folds, and columns that can be spared are left out where it is narrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from baton.cli.terminal.output import console, harmless

if TYPE_CHECKING:
    from rich.text import Text

Cell = str | tuple[str, str]
GAP = "  "
READABLE = 24  # the least width of the column that folds
UNSHORTENED = 1000  # the width where there is no terminal


class Rows:
    """A table. `wide` names the column that folds, `spare` those that are left out first, `right` those aligned right.

    A cell is its text, or `(text, style)`. A row shows at most `lines` lines of its wide cell, which stands below the
    others where fewer than 24 columns are left beside them.
    """

    def __init__(
        self, *columns: str, wide: str, right: Sequence[str] = (), spare: Sequence[str] = (), lines: int = 100
    ) -> None:
        self._columns, self._wide, self._right, self._spare = columns, wide, right, spare
        self._lines = lines
        self._rows: list[dict[str, Cell]] = []

    def add(self, *cells: Cell) -> None:
        """Add a row, one cell for each column."""
        self._rows.append(dict(zip(self._columns, cells, strict=True)))

    def show(self) -> None:
        """Print the table; for a pipe without folding and rules."""
        from rich.text import Text

        terminal = console().is_terminal
        room = console().width if terminal else UNSHORTENED
        widths = self._widths(room)
        self._line({name: (name, "bold") for name in self._columns}, widths)
        if terminal:
            console().print("\u2500" * (sum(widths.values()) + len(GAP) * (len(widths) - 1)), style="dim")
        for row in self._rows:
            self._line(row, widths)
            if self._wide not in widths:
                for line in self._fold(row, room - len(GAP)):
                    console().print(Text(GAP) + line, soft_wrap=True)

    def _line(self, row: dict[str, Cell], widths: dict[str, int]) -> None:
        """One row, as many lines as its wide cell has."""
        from rich.text import Text

        lines = self._fold(row, widths[self._wide]) if self._wide in widths else []
        for number in range(max(1, len(lines))):
            line = Text()
            for name, width in widths.items():
                cell = _cell(row[name]) if number == 0 else Text()
                if name == self._wide:
                    cell = lines[number] if lines else Text()
                cell.align("right" if name in self._right else "left", width)
                line += cell + GAP
            line.rstrip()
            console().print(line, soft_wrap=True)

    def _fold(self, row: dict[str, Cell], width: int) -> "list[Text]":
        """Return the lines of the wide cell; an ellipsis ends the last one where there are more than `lines`."""
        from rich.cells import cell_len, set_cell_size
        from rich.text import Text

        cell = _cell(row[self._wide])
        lines = [line for line in cell.wrap(console(), width) if line.plain.strip()]
        for line in lines:
            line.rstrip()
        if len(lines) > self._lines:
            last = set_cell_size(lines[self._lines - 1].plain, width).rstrip()
            while cell_len(last) >= width:
                last = last.rpartition(" ")[0] or last[:-1]
            lines[self._lines - 1 :] = [Text(f"{last}\u2026", style=cell.style)]
        return lines

    def _widths(self, room: int) -> dict[str, int]:
        """Return the width of each column; those that do not fit are left out, the wide one last."""
        widths, spare = {name: self._natural(name) for name in self._columns}, list(self._spare)
        while True:
            other_widths = sum(width + len(GAP) for name, width in widths.items() if name != self._wide)
            if room - other_widths >= min(READABLE, widths[self._wide]) or not other_widths:
                widths[self._wide] = min(widths[self._wide], room - other_widths)
                return widths
            widths.pop(spare.pop(0) if spare else self._wide)
            if self._wide not in widths:
                return widths

    def _natural(self, name: str) -> int:
        from rich.cells import cell_len

        return max([cell_len(name), *(cell_len(_text(row[name])) for row in self._rows)])


def _text(cell: Cell) -> str:
    return harmless(cell if isinstance(cell, str) else cell[0])


def _cell(cell: Cell) -> "Text":
    from rich.text import Text

    return Text(_text(cell), style="" if isinstance(cell, str) else cell[1])
