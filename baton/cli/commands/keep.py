"""`baton backup` and `restore`: copy the home, and put a copy back. Light on purpose, see `baton.config.home`."""

from typing import Annotated

import typer

from baton.cli.terminal.options import Json


def backup(
    folder: Annotated[str, typer.Argument(help="A new or empty folder.", metavar="DIR", show_default=False)],
    *,
    json: Json = False,
) -> int:
    """Copy all that is kept into a folder, while runs work."""
    from baton.cli.work.keeping import back_up_home

    return back_up_home(folder, json=json)


def restore(
    folder: Annotated[str, typer.Argument(help="A folder of `baton backup`.", metavar="DIR", show_default=False)],
    *,
    json: Json = False,
) -> int:
    """Put a backup back into a home that has no database."""
    from baton.cli.work.keeping import restore_home

    return restore_home(folder, json=json)
