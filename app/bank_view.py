"""The bank's log as a table."""

from collections.abc import Sequence

from baton.cli.terminal.output import note
from baton.cli.terminal.rows import Rows
from baton.config.home import home
from state.banking import LogLine


def show_log(lines: Sequence[LogLine]) -> None:
    """Print one row for each request; a replayed one moved nothing."""
    if not lines:
        note(f"the bank was asked for nothing yet, in {home()}")
        return
    rows = Rows("at", "action", "arguments", "came to", "again", wide="arguments", spare=("again", "at", "came to"))
    for line in lines:
        rows.add(
            line.at[:19].replace("T", " "),
            line.action,
            _pairs(line.args),
            _pairs({name: value for name, value in line.result.items() if line.args.get(name) != value}),
            "replayed" if line.replayed else "",
        )
    rows.show()


def _pairs(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
