"""Shows the progress of many runs: a bar on a terminal, a line every few seconds elsewhere; always on stderr.

Where a run takes long, as with a model on this machine, each gets a line of its own when it has finished.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from baton.cli.terminal.output import console, note

if TYPE_CHECKING:
    from rich.progress import Progress

    from baton.storage.records import RunSummary

EVERY_S = 5.0
QUIET_S = 2.0  # before the first line: most work is done by then
ENOUGH = 5  # runs that must have finished before the time that is left is estimated
SLOW = 0.1  # runs a second, below which each is told

Tell = Callable[["RunSummary"], str]
"""Says in a line what became of a run."""


class Watch(Protocol):
    """Counts each run as it finishes, and shows the progress."""

    def add(self, run: "RunSummary") -> None:
        """Count one run."""


class Tally:
    """Counts runs by status, and their speed."""

    def __init__(self, total: int) -> None:
        self.total, self.started = total, time.monotonic()
        self.first: float | None = None
        self.by_status: Counter[str] = Counter()

    def add(self, status: str) -> None:
        """Count one run."""
        self.first = self.first or time.monotonic()
        self.by_status[status] += 1

    @property
    def finish_count(self) -> int:
        """The number of runs that this process has finished with."""
        return sum(count for status, count in self.by_status.items() if status not in {"queued", "running"})

    @property
    def seconds(self) -> float:
        """The seconds since the first run was started."""
        return time.monotonic() - self.started

    @property
    def per_second(self) -> float:
        """The number of runs that finished per second."""
        return self.finish_count / max(self.seconds, 1e-6)

    @property
    def seconds_left(self) -> float | None:
        """The estimated seconds of the other runs, by the speed after the first one, which may train the router."""
        if self.first is None or not ENOUGH <= self.finish_count < self.total:
            return None
        return (self.total - self.finish_count) * (time.monotonic() - self.first) / (self.finish_count - 1)

    @property
    def is_slow(self) -> bool:
        """Whether runs take so long that somebody waits for each."""
        return self.per_second < SLOW

    def speed(self) -> str:
        """Return the speed in words: `1.5 messages/s`, `25 s a message`."""
        if self.is_slow and self.finish_count:
            return f"{self.seconds / self.finish_count:.0f} s a message"
        return f"{self.per_second:.1f} messages/s"

    def counts(self) -> str:
        """Return the counts in words: `12 done, 3 waiting`."""
        return ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(self.by_status.items()))

    def line(self) -> str:
        """Return counts, speed and the time that is left in one line."""
        remainder = "" if self.seconds_left is None else f", about {self.seconds_left:.0f} s left"
        counts = f" ({self.counts()})" if self.by_status else ""
        return f"{self.finish_count}/{self.total}{counts}, {self.speed()}{remainder}"


class Lines:
    """Prints plain lines, for logs and pipes."""

    def __init__(self, tally: Tally, tell: Tell | None = None) -> None:
        self._tally, self._tell, self._printed_at = tally, tell, tally.started + QUIET_S - EVERY_S

    def add(self, run: "RunSummary") -> None:
        """See `Watch`."""
        self._tally.add(run["status"])
        if self._tell and self._tally.is_slow and run["status"] != "queued":
            note(self._tell(run))
        if run["status"] != "queued" and time.monotonic() - self._printed_at >= EVERY_S:  # queued: stopped
            self._printed_at = time.monotonic()
            note(self._tally.line())


class Bar:
    """Shows a bar with counts, speed and the time that is left."""

    def __init__(self, tally: Tally, progress: "Progress", task: Any, tell: Tell | None = None) -> None:
        self._tally, self._progress, self._task, self._tell = tally, progress, task, tell

    def add(self, run: "RunSummary") -> None:
        """See `Watch`."""
        self._tally.add(run["status"])
        if self._tell and self._tally.is_slow and run["status"] != "queued":
            note(self._tell(run))
        counts, speed = self._tally.counts(), self._tally.speed()
        self._progress.update(self._task, advance=1, description="working", counts=counts, speed=speed)


@contextmanager
def show_progress(tally: Tally, first: str, *, bar: bool, tell: Tell | None = None) -> Iterator[Watch]:
    """Show the progress of `tally`, on a terminal with a `bar`; `first` is the text until one run has finished.

    Where runs take long, `tell` says of each what became of it.
    """
    if not (bar and console(stderr=True).is_terminal):
        yield Lines(tally, tell)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}", style="dim"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
    )
    # Lines for stdout must go to stdout, also while the bar is on stderr.
    with Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield Bar(tally, progress, progress.add_task(first, total=tally.total, counts="", speed=""), tell)
