"""Measures how many messages that are not for the desk are answered all the same, by every graph.

`python -m benchmarks.answers.scope FILE` works a file of such messages (a CSV with the column `text`) through each
graph and exits with 1 where more than 0.04 of them are answered. A message that a person gets is not answered.

The offline stand-in answers: the shares say nothing about language models.
"""

import argparse
import asyncio
import csv
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from baton.cli.terminal.rows import Rows
from baton.runs.registry import entries
from baton.storage.records import RunSummary
from benchmarks.answers.working import share_cells, work

MOST = 0.04  # of the messages, answered


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and return 1 where a graph answers too many."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers.scope")
    parser.add_argument("file", type=Path, help="a CSV with the column text")
    parser.add_argument("--graph", action="append", choices=sorted(entries()), help="this graph alone")
    options = parser.parse_args(arguments)
    with options.file.open(encoding="utf-8", newline="") as lines:
        asked = [(row["text"], None) for row in csv.DictReader(lines)]
    table, sound = Rows("graph", "n", "answered", "share", "95 % interval", wide="graph"), True
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        for graph in options.graph or sorted(entries()):
            answered = sum(map(_is_answered, asyncio.run(work(graph, asked))))
            table.add(graph, str(len(asked)), str(answered), *share_cells(answered, len(asked)))
            sound = sound and answered <= MOST * len(asked)
    table.show()
    return int(not sound)


def _is_answered(run: RunSummary) -> bool:
    return run["status"] == "done" and (run["output"] or {})["outcome"] == "answered"


if __name__ == "__main__":
    raise SystemExit(main())
