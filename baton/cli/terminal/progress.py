"""How far many runs are: a bar on a terminal, a line every few seconds elsewhere; always on stderr."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from baton.cli.terminal.output import console, note

if TYPE_CHECKING:
    from rich.progress import Progress

    from baton.storage.records import RunSummary

EVERY_S = 5.0
QUIET_S = 2.0  # so long a pipe hears nothing: most work is done by then
ENOUGH = 5  # runs that must have finished before the speed says how long the others take


class Watch(Protocol):
    """Is told of each run as it finishes."""

    def done(self, run: "RunSummary") -> None:
        """Count one run."""


class Tally:
    """Runs by status, and how fast they come."""

    def __init__(self, total: int) -> None:
        self.total, self.started = total, time.monotonic()
        self.first: float | None = None
        self.by_status: Counter[str] = Counter()

    def add(self, status: str) -> None:
        """Count one run."""
        self.first = self.first or time.monotonic()
        self.by_status[status] += 1

    @property
    def finished(self) -> int:
        """Runs that need this process no more."""
        return sum(count for status, count in self.by_status.items() if status not in {"queued", "running"})

    @property
    def seconds(self) -> float:
        """Since the first run was started."""
        return time.monotonic() - self.started

    @property
    def per_second(self) -> float:
        """Runs that finished, each second."""
        return self.finished / max(self.seconds, 1e-6)

    @property
    def left_s(self) -> float | None:
        """How long the others will take, going by the runs since the first (it waits for the router's training)."""
        if self.first is None or not ENOUGH <= self.finished < self.total:
            return None
        return (self.total - self.finished) * (time.monotonic() - self.first) / (self.finished - 1)

    def counts(self) -> str:
        """`12 done, 3 waiting`."""
        return ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(self.by_status.items()))

    def line(self) -> str:
        """The whole state in one line."""
        left = "" if self.left_s is None else f", about {self.left_s:.0f} s left"
        counts = f" ({self.counts()})" if self.by_status else ""
        return f"{self.finished}/{self.total}{counts}, {self.per_second:.1f} messages/s{left}"


class Lines:
    """Plain lines, for logs and pipes."""

    def __init__(self, tally: Tally) -> None:
        self._tally, self._said = tally, tally.started + QUIET_S - EVERY_S

    def done(self, run: "RunSummary") -> None:
        """See `Watch`."""
        self._tally.add(run["status"])
        if run["status"] != "queued" and time.monotonic() - self._said >= EVERY_S:  # queued: a stop put it back
            self._said = time.monotonic()
            note(self._tally.line())


class Bar:
    """A bar with counts, speed and the time that is left."""

    def __init__(self, tally: Tally, progress: "Progress", task: Any) -> None:
        self._tally, self._progress, self._task = tally, progress, task

    def done(self, run: "RunSummary") -> None:
        """See `Watch`."""
        self._tally.add(run["status"])
        speed = f"{self._tally.per_second:.1f}/s"
        self._progress.update(self._task, advance=1, description="working", counts=self._tally.counts(), speed=speed)


@contextmanager
def watching(tally: Tally, first: str, *, bar: bool) -> Iterator[Watch]:
    """Show the progress of `tally`, on a terminal with a `bar`; `first` is said until one run has finished."""
    if not (bar and console(stderr=True).is_terminal):
        yield Lines(tally)
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
    # What is written to stdout must go there, also while the bar is on stderr.
    with Progress(*columns, console=console(stderr=True), transient=True, redirect_stdout=False) as progress:
        yield Bar(tally, progress, progress.add_task(first, total=tally.total, counts="", speed=""))
