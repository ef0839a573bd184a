"""`baton trust`: trusts folders and addresses of others. Light on purpose, see `baton.config.home`."""

from typing import Annotated

import typer

from baton.cli.terminal.output import note, say
from baton.config.trust import read_trusted, trust_file
from baton.config.trust import trust as record_trust


def trust(
    target: Annotated[str | None, typer.Argument(metavar="DIR|URL", show_default=False)] = None,
) -> int:
    """Trust another user's project folder, or an endpoint for keys of the environment; list what is trusted."""
    if target is not None:
        note(f"trusted from now on: {record_trust(target)} (in {trust_file()})")
        return 0
    for each in read_trusted():
        say(each)
    return 0
