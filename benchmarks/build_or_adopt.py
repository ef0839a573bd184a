"""Puts the chain that was written by hand and the one on Baton to one suite, and counts what each took.

    python -m benchmarks.build_or_adopt [ROUNDS]

Prints what each passes, the lines of code behind each guarantee, the lines that a branch, a loop and an approval take,
and the CPU of a durable run (medians of ROUNDS rounds in turn). Exits with 1 where Baton breaks a promise. The offline
model answers: the figures are the machinery's and say nothing about language models.
"""

import os
import sys
import tempfile

from rich.console import Console
from rich.table import Table

from benchmarks import chain_cpu, code_lines
from benchmarks.conformance.sides import SIDES
from benchmarks.conformance.suite import Outcome, conform_all

ROUNDS = 7
OURS = "with Baton"


def show_outcomes(outcomes: list[Outcome], console: Console) -> None:
    """Print a row for each promise, and why one was broken."""
    table = Table("guarantee", "promise", *SIDES)
    faults = {(each.check.promise, each.side): each.fault for each in outcomes}
    for check in dict.fromkeys(each.check for each in outcomes):
        kept = ["yes" if faults[check.promise, side] is None else "no" for side in SIDES]
        table.add_row(check.guarantee, check.promise, *kept)
    console.print(table)
    for (broken, side), fault in faults.items():
        if fault:
            console.print(f"{side}: {broken}: {fault:.300}")


def show_lines(console: Console) -> None:
    """Print the lines of code of the hand-made chain by what they are for, and those of Baton's side."""
    table = Table("lines of code for", "by hand", OURS)
    lines, ours = code_lines.by_guarantee(), code_lines.with_baton()
    for what, count in lines.most_common():
        table.add_row(what, str(count), str(ours[what]))
    table.add_row("in all", str(lines.total()), "")
    console.print(table, f"the library behind the second: {code_lines.of_folder(code_lines.ROOT / 'baton'):,} lines")


def show_changes(console: Console) -> None:
    """Print the lines that each change adds to each side and takes out of it."""
    table = Table("change", "side", "added", "taken out")
    for change in code_lines.changes():
        table.add_row(change.what, change.side, str(change.added), str(change.removed))
    console.print(table)


def show_cpu(rounds: int, console: Console) -> None:
    """Print the CPU of a durable run of each."""
    cpu = chain_cpu.measure(rounds)
    console.print(f"CPU of a durable run: by hand {cpu.by_hand_ms:.1f} ms, with Baton {cpu.with_baton_ms:.1f} ms,")
    console.print(f"ratio {cpu.ratio:.2f} (median of {rounds} rounds in turn)")


def main(rounds: int) -> int:
    """Run, count, measure, print, and return the exit code."""
    console = Console()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        outcomes = conform_all(SIDES)
        show_outcomes(outcomes, console)
        show_lines(console)
        show_changes(console)
        show_cpu(rounds, console)
    return int(any(each.fault for each in outcomes if each.side == OURS))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS))
