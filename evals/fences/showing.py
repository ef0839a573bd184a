"""Shows the cells of some models on the terminal."""

from collections.abc import Sequence

from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from evals.fences.cells import COLUMNS, figures, kinds_of_harm, name_of
from evals.fences.records import Table


def show(table: Table, models: Sequence[str]) -> None:
    """Print a table for each model: a row for each cell, with the kinds of its harm."""
    for each in table.models:
        if each.model in models:
            say(f"{each.model}, measured {each.measured}; calls, tokens and seconds of the models are for each message")
            rows = Rows("graph", "fences", *COLUMNS, "kinds of harm", wide="kinds of harm", spare=("tokens", "seconds"))
            for cell in each.cells:
                rows.add(cell.graph, name_of(cell), *figures(cell), kinds_of_harm(cell))
            rows.show()
            say()
