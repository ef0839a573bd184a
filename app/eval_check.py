"""`baton eval check`: holds labels against what they are about. Light on purpose, as the other commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baton.cli.terminal.options import Json
from baton.errors import UsageError

if TYPE_CHECKING:
    from evals.dataset_checks import Count

Files = Annotated[list[Path], typer.Argument(help="Examples: .jsonl or .csv.", show_default=False)]


def check(files: Files, *, json: Json = False) -> int:
    """Check datasets before they are measured on: every label against its message, the business and the other half."""
    from baton.cli.terminal.output import note, say_json
    from baton.config.home import load_env
    from evals.dataset_checks import check_datasets, label_counts

    load_env()  # it may name the routes
    examples, complaints = check_datasets(files)
    counts = label_counts(examples)
    say_json({"examples": len(examples), "complaints": complaints, "counts": counts}) if json else print_counts(counts)
    for each in complaints:
        note(each)
    if complaints:
        raise UsageError(f"{len(complaints)} complaint{'s' if len(complaints) > 1 else ''}; mend the lines named above")
    return 0


def print_counts(counts: "Sequence[Count]") -> None:
    """Print a row for each label with its examples in each half."""
    from baton.cli.terminal.rows import Rows

    rows = Rows("of", "label", "dev", "test", "all", wide="label", right=("dev", "test", "all"))
    for each in counts:
        rows.add(each["kind"], each["label"], str(each["dev"]), str(each["test"]), str(each["all"]))
    rows.show()
