"""The bank's log as a table."""

from collections.abc import Sequence

from bank.ledger.records import LogLine
from baton.cli.terminal.output import note
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import shorten
from baton.config.home import home

ARGUMENTS_WIDTH = 40  # so that the result has its place beside them on 80 columns


def show_log(lines: Sequence[LogLine]) -> None:
    """Print a row for each request with its result; a replayed or refused one moved no money."""
    if not lines:
        note(f"the bank was asked for nothing yet, in {home()}")
        return
    rows = Rows("at (UTC)", "action", "arguments", "came to", wide="came to", spare=("at (UTC)",))
    for line in lines:
        news = {name: value for name, value in line.result.items() if line.args.get(name) != value}
        rows.add(
            line.at[:19].replace("T", " "),
            line.action,
            shorten(_pairs(line.args), ARGUMENTS_WIDTH),
            f"{'replayed: ' if line.replayed else ''}{_pairs(news) or 'done'}",
        )
    rows.show()


def _pairs(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
