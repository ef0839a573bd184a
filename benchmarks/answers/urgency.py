"""Measures which messages the bank's rule marks as urgent: `python -m benchmarks.answers.urgency`.

It reads `bank/messages/urgent.jsonl`, prints for each half the share of urgent messages that are marked and of others
that are, with 95 % intervals, and returns 1 where the half held out has fewer marked, or more of the others, than is
asked for. `--missed` lists the messages of the half `dev` that are wrong; those of the other half nobody looks at.
`--file FILE.csv` says how many of the messages of another file are marked, by the label in its column `intent`.
"""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bank.clerk.urgency import urgency
from bank.knowledge import FOLDER
from baton.cli.terminal.output import print_prose
from baton.cli.terminal.rows import Rows
from benchmarks.answers.working import share_cells

MESSAGES = FOLDER / "messages" / "urgent.jsonl"
LEAST_MARKED = 1.0  # of the urgent ones
MOST_OTHERS = 3 / 200


def share(rows: Sequence[dict[str, Any]]) -> tuple[int, int, str]:
    """Return how many of the messages are marked, of how many, and the share with its interval in words."""
    marked = sum(urgency(row["message"]) is not None for row in rows)
    mean, interval = share_cells(marked, len(rows))
    return marked, len(rows), f"{mean} [{interval}]"


def measure(rows: list[dict[str, Any]]) -> bool:
    """Print the table of both halves; return whether the half held out meets the bar."""
    table, met = Rows("half", "messages", "marked", "share", wide="messages", right=("marked",)), True
    for split in ("dev", "test"):
        half = [row for row in rows if row["split"] == split]
        urgent = share([row for row in half if row["urgent"]])
        others = share([row for row in half if not row["urgent"]])
        table.add(split, f"{urgent[1]} urgent", str(urgent[0]), urgent[2])
        table.add(split, f"{others[1]} others", str(others[0]), others[2])
        met = urgent[0] / urgent[1] >= LEAST_MARKED and others[0] / others[1] <= MOST_OTHERS
    table.show()
    return met


def list_missed(rows: list[dict[str, Any]]) -> None:
    """Print the messages of the half `dev` that are wrongly marked, or wrongly not."""
    for row in rows:
        told = urgency(row["message"])
        if row["split"] == "dev" and (told is None) != (row["urgent"] is None):
            print_prose(f"{row['id']} {told or 'not marked'}: {row['message']}")


def measure_file(file: Path) -> None:
    """Print how many messages of each label in a file are marked, where any is."""
    labels: dict[str, list[dict[str, Any]]] = {}
    for row in csv.DictReader(file.read_text("utf-8").splitlines()):
        labels.setdefault(row["intent"], []).append({"message": row["text"]})
    table = Rows("label", "messages", "marked", "share", wide="label", right=("messages", "marked"))
    shares = {label: share(rows) for label, rows in labels.items()}
    for label, (marked, all_rows, told) in sorted(shares.items(), key=lambda each: -each[1][0]):
        if marked:
            table.add(label, str(all_rows), str(marked), told)
    table.show()


def main() -> int:
    """Measure what the arguments ask for; return 1 below the bar."""
    parser = ArgumentParser(prog="benchmarks.answers.urgency", description="Which messages are marked as urgent.")
    parser.add_argument("--missed", action="store_true", help="list what is wrong in the half dev")
    parser.add_argument("--file", type=Path, help="a CSV file with the columns text and intent")
    arguments = parser.parse_args()
    if arguments.file:
        measure_file(arguments.file)
        return 0
    rows = [json.loads(line) for line in MESSAGES.read_text("utf-8").splitlines()]
    met = measure(rows)
    if arguments.missed:
        list_missed(rows)
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main())
