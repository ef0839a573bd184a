"""Measures which messages the bank's rule marks as urgent: `python -m benchmarks.answers.urgency`.

It reads `bank/messages/urgent.jsonl`, prints for each half the share of urgent messages that are marked and of others
that are, with 95 % intervals, and returns 1 where the half held out has fewer marked, or more of the others, than is
asked for. `--missed` lists the messages of the half `dev` that are wrong; those of the other half nobody looks at.
`--file FILE.csv` says how many of the messages of another file are marked, by the label in its column `intent`.
`--folds` trains the model five times without a fifth of its examples, and says which of those it marks, at several
scores: by this table the score `URGENT` is chosen. No example is among the messages of `urgent.jsonl`.
"""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bank.clerk.urgency import concepts, examples, scores_of, urgency
from bank.knowledge import FOLDER
from baton.cli.terminal.output import print_prose
from baton.cli.terminal.rows import Rows
from benchmarks.answers.working import share_cells
from desk.knowledge.kinds import KindExamples, Kinds
from desk.knowledge.kinds_training import train_kinds

MESSAGES = FOLDER / "messages" / "urgent.jsonl"
LEAST_MARKED = 1.0  # of the urgent ones
MOST_OTHERS = 3 / 200
FOLDS = 5
LEAST_SCORES = (-0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2)


def share(rows: Sequence[dict[str, Any]]) -> tuple[int, int, str]:
    """Return how many of the messages are marked, of how many, and the share with its interval in words."""
    marked = sum(urgency(row["message"]) is not None for row in rows)
    mean, interval = share_cells(marked, len(rows))
    return marked, len(rows), f"{mean} [{interval}]"


def measure(rows: list[dict[str, Any]]) -> bool:
    """Print the table of both halves; return whether the last that has messages, the one held out, meets the bar."""
    table, met = Rows("half", "messages", "marked", "share", wide="messages", right=("marked",)), True
    for split in ("dev", "test"):
        half = [row for row in rows if row["split"] == split]
        if not half:
            continue
        urgent = share([row for row in half if row["urgent"]])
        others = share([row for row in half if not row["urgent"]])
        table.add(split, f"{urgent[1]} urgent", str(urgent[0]), urgent[2])
        table.add(split, f"{others[1]} others", str(others[0]), others[2])
        met = urgent[0] / urgent[1] >= LEAST_MARKED and others[0] / others[1] <= MOST_OTHERS
    table.show()
    return met


def measure_folds() -> None:
    """Print how many examples that a model has not seen it marks, at several least scores."""
    all_examples, scores = examples(), dict[bool, list[float]]({True: [], False: []})
    for fold in range(FOLDS):
        kept, seen = split(all_examples, fold)
        model = Kinds(train_kinds(seen, concepts()), concepts())
        for kind, messages in (*kept.kinds.items(), (None, kept.plain)):
            scores[kind is not None] += [max(scores_of(each, model).values()) for each in messages]
    table = Rows("least score", "urgent marked", "others marked", wide="others marked", right=("least score",))
    for least in LEAST_SCORES:
        marked = {kind: sum(score >= least for score in each) for kind, each in scores.items()}
        cells = [share_cells(marked[kind], len(scores[kind])) for kind in (True, False)]
        table.add(f"{least:.1f}", *(f"{mean} [{interval}]" for mean, interval in cells))
    table.show()


def split(everything: KindExamples, fold: int) -> tuple[KindExamples, KindExamples]:
    """Return the examples of one fold, and all others."""

    def part(messages: Sequence[str], *, inside: bool) -> list[str]:
        return [each for index, each in enumerate(messages) if (index % FOLDS == fold) is inside]

    kept, seen = (
        KindExamples(
            {kind: part(messages, inside=inside) for kind, messages in everything.kinds.items()},
            part(everything.plain, inside=inside),
            () if inside else everything.lesser,
        )
        for inside in (True, False)
    )
    return kept, seen


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
    parser.add_argument("--folds", action="store_true", help="cross-validate on the examples (minutes)")
    arguments = parser.parse_args()
    if arguments.folds:
        measure_folds()
        return 0
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
