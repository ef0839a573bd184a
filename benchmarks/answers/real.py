"""Works real messages through the desk, and draws answered ones to be read: is a reply right, partly right or wrong.

`python -m benchmarks.answers.real FILE` works a CSV with the column `text` and prints what the messages come to. With
`--draw N --into FILE.jsonl` it writes N answered ones, drawn by `--seed`, each with its row's number, message, reply
and the titles of the policies that it cites, for two readers who do not see each other's labels. `--labels FILE FILE`
reads two files of labels back (`{"row": 17, "label": "right"}` a line) and prints the shares, and how far the readers
agree (Cohen's kappa). The rule of the labels stands in docs/evidence.md.

The offline stand-in answers: the shares say nothing about language models.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bank.knowledge import knowledge
from baton.cli.terminal.output import console
from baton.cli.terminal.rows import Rows
from baton.storage.records import RunSummary
from benchmarks.answers.working import share_cells, work
from evals.statistics.kappa import cohen_kappa

LABELS = ("right", "partly", "wrong")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and write the drawn messages where that is asked for."""
    options = _options().parse_args(arguments)
    if options.labels:
        _show_labels(*(_labels(file) for file in options.labels))
        return 0
    with options.file.open(encoding="utf-8", newline="") as lines:
        messages = [row["text"] for row in csv.DictReader(lines)][: options.limit]
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        runs = asyncio.run(work(options.graph, [(each, options.customer) for each in messages]))
        _show_outcomes(runs)
        if options.into:
            answered = [row for row, run in enumerate(runs) if _outcome(run) == "answered"]
            drawn = random.Random(options.seed).sample(answered, options.draw)
            options.into.write_text("".join(_line(row, messages[row], runs[row]) for row in drawn), "utf-8")
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers.real")
    parser.add_argument("file", type=Path, nargs="?", help="a CSV with the column text")
    parser.add_argument("--graph", default="support_desk")
    parser.add_argument("--customer", help="the customer who sends them; without one a stranger")
    parser.add_argument("--limit", type=int, help="the first so many messages")
    parser.add_argument("--draw", type=int, default=120, help="how many answered ones are written")
    parser.add_argument("--into", type=Path, help="the file that they are written to")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--labels", type=Path, nargs=2, help="two files of labels to compare")
    return parser


def _outcome(run: RunSummary) -> str:
    return str(run["output"]["outcome"]) if run["status"] == "done" and run["output"] else run["status"]


def _show_outcomes(runs: list[RunSummary]) -> None:
    table = Rows("outcome", "n", "share", "95 % interval", wide="outcome")
    for outcome, n in Counter(map(_outcome, runs)).most_common():
        _row(table, outcome, n, len(runs))
    table.show()


def _line(row: int, message: str, run: RunSummary) -> str:
    output = run["output"] or {}
    titles = {each.title for each in knowledge().passages([f"{name}.1" for name in output["citations"]])}
    told = {"row": row, "message": message, "reply": output["reply"], "cites": sorted(titles)}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _labels(file: Path) -> dict[int, str]:
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return {each["row"]: each["label"] for each in lines}


def _show_labels(first: dict[int, str], second: dict[int, str]) -> None:
    """Print each reader's shares, those of the stricter of their two labels, and how far they agree."""
    rows = sorted(first.keys() & second.keys())
    stricter = {row: max(first[row], second[row], key=LABELS.index) for row in rows}
    table = Rows("label", "n", "share", "95 % interval", wide="label")
    for name, labels in (("first reader", first), ("second reader", second), ("the stricter", stricter)):
        counts = Counter(labels[row] for row in rows)
        for label in LABELS:
            _row(table, f"{name}: {label}", counts[label], len(rows))
    table.show()
    agreed = sum(first[row] == second[row] for row in rows)
    kappa = cohen_kappa([first[row] for row in rows], [second[row] for row in rows])
    console().print(f"agreed on {agreed} of {len(rows)}, kappa {kappa.mean:.2f} ({kappa.low:.2f} to {kappa.high:.2f})")


def _row(table: Rows, name: str, n: int, of: int) -> None:
    table.add(name, str(n), *share_cells(n, of))


if __name__ == "__main__":
    raise SystemExit(main())
