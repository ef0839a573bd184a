"""`python -m tests.faults`: inject the faults of the matrix, print what came of them; exit 1 where it must not be."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console

from tests.conftest import FOREIGN_PREFIXES, QUIET

if TYPE_CHECKING:
    from tests.faults.suite.frame import Row, Side, Trial
    from tests.faults.suite.report import Totals

    Numbered = tuple[Row, int, Trial]
    Most = dict[Side, int]

SAMPLE = 3  # trials of a row and side with --quick
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a process with threads must not fork
MEMORY = Path("/dev/shm")  # noqa: S108 - a kill is not a power cut: what was written is there, on a disk or not


def main() -> int:
    """Run what the command line asks for."""
    asked = _parse_arguments()
    for name in [name for name in os.environ if name.startswith(FOREIGN_PREFIXES)]:
        del os.environ[name]
    os.environ.update(QUIET | ONE_THREAD)
    memory = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    tempfile.tempdir = tempfile.mkdtemp(prefix="baton-faults-", dir=memory)
    folder = Path(tempfile.tempdir)
    folder.chmod(0o711)  # a trial may act as another user
    try:
        return _measure(asked, folder)
    finally:
        if asked.trial is None:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(asked: argparse.Namespace, folder: Path) -> int:
    from tests.faults.desk.graphs import CHOSEN  # noqa: PLC0415 - libraries read the environment at import
    from tests.faults.suite.frame import load  # noqa: PLC0415
    from tests.faults.suite.report import Report  # noqa: PLC0415
    from tests.faults.suite.warm import warm  # noqa: PLC0415

    started, console = time.monotonic(), Console()
    CHOSEN.extend(asked.graphs)
    warm(folder / "ready", asked.ready)
    rows = [row for number, row in load().items() if not asked.rows or number in asked.rows]
    report = Report(rows, asked.seed, _inject(rows, asked))
    report.show(console if console.is_terminal else Console(width=160))
    if asked.markdown:
        asked.markdown.write_text(report.markdown())
    wrong = report.verdicts(sample=asked.quick or asked.trial is not None or bool(asked.side))
    console.print(f"{report.trials:,} trials in {time.monotonic() - started:.0f} s, seed {asked.seed}")
    for each in wrong:
        console.print(each, style="red")
    return 1 if wrong else 0


def _inject(rows: list["Row"], asked: argparse.Namespace) -> "Totals":
    """What all trials came to."""
    from tests.faults.suite.frame import Total  # noqa: PLC0415
    from tests.faults.suite.progress import watch  # noqa: PLC0415
    from tests.faults.suite.workers import run_all  # noqa: PLC0415

    chosen = [each for row in rows for each in _choose(row, asked)]
    Random(asked.seed).shuffle(chosen)  # some wait and some compute: side by side they fill the machine
    totals: Totals = {}
    done = run_all([trial for _, _, trial in chosen], workers=asked.workers, keep=asked.trial is not None)
    for place, outcome, seconds in watch(done, len(chosen)):
        row, number, trial = chosen[place]
        totals.setdefault((row.number, trial.side), Total()).add(number, trial, outcome, seconds)
    return totals


def _choose(row: "Row", asked: argparse.Namespace) -> "list[Numbered]":
    """The row's trials that are to be run, with their numbers."""
    from tests.faults.suite.frame import PLAIN, sample_trials  # noqa: PLC0415

    trials = [*row.trials(asked.seed)]
    few = SAMPLE if asked.quick else len(trials)
    most = min(few, len(trials) if asked.all else row.sample or len(trials))
    sides: Most = {"baton": most, "plain": few if asked.all else min(most, PLAIN)}
    numbers = sample_trials(trials, sides, asked.seed) if asked.trial is None else [asked.trial]
    wanted = [number for number in numbers if asked.side in {None, trials[number].side}]
    return [(row, number, trials[number]) for number in wanted]


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--row", type=int, nargs="*", dest="rows", help="only these rows of the matrix", metavar="N")
    told = "only these graphs, where a row goes through all of them"
    parser.add_argument("--graph", nargs="*", default=[], dest="graphs", help=told, metavar="NAME")
    parser.add_argument("--seed", type=int, default=1, help="what the trials are drawn from (default 1)")
    parser.add_argument("--trial", type=int, help="one trial of a row again; its folder is kept", metavar="K")
    parser.add_argument("--side", choices=["baton", "plain"], help="one of the two")
    parser.add_argument("--all", action="store_true", help="every trial of every row: every tick of every path")
    parser.add_argument("--quick", action="store_true", help=f"at most {SAMPLE} trials of every row and side")
    parser.add_argument("--markdown", type=Path, help="write the table for docs/reliability.md here", metavar="FILE")
    parser.add_argument("--ready", type=Path, help="a home with a trained router, to save the training", metavar="HOME")
    parser.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    asked = parser.parse_args()
    if asked.trial is not None and len(asked.rows or ()) != 1:
        parser.error("--trial needs one --row")
    return asked


if __name__ == "__main__":
    sys.exit(main())
