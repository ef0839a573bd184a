"""Tables of benchmarks: for a terminal, or as Markdown for a page."""

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

MARKDOWN = "--markdown"
"""The argument that asks for Markdown."""


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for a terminal."""
    table = Table(*header, title=title)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def print_markdown(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown, its title in front of it."""
    lines = [f"**{title}**", "", _line(header), _line(["---"] * len(header)), *map(_line, rows), ""]
    sys.stdout.write("\n".join(lines) + "\n")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
