"""How far the suite is, for whoever watches: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.faults.suite.workers import Done

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
LINES = 10  # where there is no terminal
TIMES = (TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn())


def watch(done: Iterable[Done], total: int) -> Iterator[Done]:
    """The trials as they end."""
    started, console = time.monotonic(), Console(stderr=True)
    with Progress(*COLUMNS, *TIMES, console=console, auto_refresh=False, disable=not console.is_terminal) as bar:
        task = bar.add_task("faults", total=total)
        for number, each in enumerate(done, 1):
            bar.update(task, advance=1, refresh=True)
            if number * LINES // total > (number - 1) * LINES // total and not console.is_terminal:
                console.print(f"{number:,} of {total:,} trials, {time.monotonic() - started:.0f} s", highlight=False)
            yield each
