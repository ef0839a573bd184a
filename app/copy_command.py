"""`baton copy`: a pattern in a folder of its own. Light on purpose: what copies it is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer


def copy(
    pattern: Annotated[str, typer.Argument(help="One of `baton graphs`.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one that is not there yet.")],
) -> int:
    """Copy a pattern into a folder of its own, with a business of one file that it works for."""
    from app.copied_pattern import copy_pattern
    from baton.cli.terminal.output import say

    files = copy_pattern(pattern, folder)
    say(f"{pattern} is in {folder}: {len(files)} files; its README.md says how it is run and tested")
    return 0
