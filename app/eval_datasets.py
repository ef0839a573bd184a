"""Reads datasets for the commands; the faults of its lines are printed before a file is refused."""

from pathlib import Path

from baton.cli.terminal.output import note
from baton.config.home import load_env
from baton.errors import UsageError
from evals.dataset import read
from evals.examples import Example


def dataset_label(dataset: Path | None, file: Path) -> str:
    """Return how an experiment names its dataset: as the user did, else `BUSINESS/datasets/GRAPH.jsonl`."""
    return str(dataset) if dataset else "/".join(file.parts[-3:])


def read_examples(file: Path) -> list[Example]:
    """Return the examples of a file; its bad lines are printed before it is refused.

    Raises:
        UsageError: the file cannot be read, or a line is no example.
    """
    load_env()  # it may name the routes
    examples, faults = read(file)
    for fault in faults:
        note(fault)
    if faults:
        raise UsageError(f"{file} has {len(faults)} bad line{'s' if len(faults) > 1 else ''}; nothing was done")
    return examples
