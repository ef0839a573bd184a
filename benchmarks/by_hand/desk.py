"""Starts, resumes and replays runs of one flow; each is worked by one process at a time."""

import fcntl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.by_hand.journal import Journal, RunRow
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Limits, Run, StepFailed
from state.desk import Inquiry, Resolution

Flow = Callable[[Run, Inquiry, Model], Awaitable[Resolution]]
INQUIRY = TypeAdapter[Inquiry](Inquiry)
RESOLUTION = TypeAdapter[Resolution](Resolution)
ENDED = {"done", "dead_lettered"}


class Held(RuntimeError):
    """Raised when another process works the run."""


class Desk:
    """The runs of a flow in one file."""

    def __init__(self, path: Path, flow: Flow, model: Model, limits: Limits | None = None) -> None:
        self.journal = Journal(path)
        self._flow, self._model, self._limits = flow, model, limits or Limits()

    def queue(self, thread: str, inquiry: Mapping[str, Any]) -> None:
        """Insert a run; raises pydantic.ValidationError where the inquiry is none, and nothing is inserted."""
        self.journal.begin(thread, INQUIRY.dump_json(INQUIRY.validate_python(dict(inquiry))).decode())

    async def work(self, thread: str) -> RunRow:
        """Go on with a run as far as it goes and return its row; one that has ended is left as it is.

        Raises:
            Held: another process works it.
        """
        with self._hold(thread):
            row = self.journal.run(thread)
            if row.status not in ENDED:
                await self._go_on(thread, INQUIRY.validate_json(row.inquiry))
            return self.journal.run(thread)

    async def replay(self, letter_id: int) -> RunRow:
        """Go on from the step of an open dead letter, after a fix; raises LookupError where it is not open."""
        return await self.work(self.journal.reopen(letter_id))

    async def _go_on(self, thread: str, inquiry: Inquiry) -> None:
        try:
            output = await self._flow(Run(self.journal, thread, self._limits), inquiry, self._model)
        except StepFailed as failed:
            self.journal.bury(thread, failed.step, failed.given, str(failed))
        else:
            self.journal.end(thread, "done", RESOLUTION.dump_json(RESOLUTION.validate_python(output)).decode())

    @contextmanager
    def _hold(self, thread: str) -> Iterator[None]:
        """Lock the run; the kernel lets go of the lock when the process dies, however it dies."""
        folder = self.journal.path.with_suffix(".locks")
        folder.mkdir(exist_ok=True)
        with (folder / thread.encode().hex()).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Held(f"another process works {thread}") from None
            yield
