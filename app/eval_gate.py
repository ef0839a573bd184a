"""Gates on the command line: the option, its file, and what becomes of bounds that are crossed. Light on purpose."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.gates import Gates

Gate = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Exit with 1 where a bound of it is crossed.", show_default=False)
]


def read_gate(file: Path | None) -> "Gates | None":
    """Return the gates of a file; None without one. To be called before anything is worked."""
    if file is None:
        return None
    from baton.runs.registry import entries
    from evals.gates import read_gates

    return read_gates(file, entries())


def note_crossed(lines: Sequence[str]) -> int:
    """Print the bounds that are crossed on stderr, and return the exit code: 1 where there are any."""
    from baton.cli.terminal.output import note

    for line in lines:
        note(line)
    return 1 if lines else 0
