"""The status of a run, and how it follows from the way that a call ended. Light, see `baton.config.home`.

| status | meaning |
|---|---|
| queued | waits to be worked, or was stopped and can go on |
| running | a process works it, or died while it did |
| waiting | stands at an approval or a breakpoint |
| done, dead_lettered | ended |
| failed | ended in an error; `resume` tries again |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from baton.storage.records import Status

RESUMABLE: tuple[Status, ...] = ("queued", "running", "failed")
ENDED: tuple[Status, ...] = ("done", "dead_lettered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The way in which a call that worked a run ended; `output` is JSON text, `error` one line.

    `dead_lettered` says that the run as a whole is, `stopped` that it was cut off and can go on. `interrupts` are the
    ids at which its graph waits, none for a breakpoint; None for a graph that does not wait.
    """

    output: str | None = None
    error: str | None = None
    dead_lettered: bool = False
    stopped: bool = False
    interrupts: Sequence[str] | None = None

    def status(self, *, has_ending_letter: bool) -> Status:
        """The status that the run gets: the first case that holds decides.

        `has_ending_letter` says that an open dead letter of one of its steps ended the run.
        """
        cases: tuple[tuple[bool, Status], ...] = (
            (self.error is not None, "failed"),
            (self.dead_lettered, "dead_lettered"),
            (self.stopped, "queued"),
            (self.interrupts is not None, "waiting"),
            (has_ending_letter, "dead_lettered"),
        )
        return next((status for holds, status in cases if holds), "done")


def status_after_update(before: Status, *, has_interrupts: bool, is_at_end: bool) -> Status:
    """The status of a run whose state somebody changed: it waits, goes on from there, or has ended."""
    if has_interrupts:
        return "waiting"
    if not is_at_end:
        return "queued"
    return before if before in ENDED else "done"
