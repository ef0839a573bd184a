"""The clock of a step's time limit, which stands still while the step waits for what is no work of its own.

That is its turn at an endpoint, and, where the limit is the default one, the answer of a model: that has a limit of its
own, which a slow model on this machine needs.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class StepClock:
    """The limit of one attempt, if it has one, and how long it has waited, in seconds.

    `outer` is the clock of the step around it, where a graph runs inside a step: that one waits too. `counts_answers`
    says whether the time in which a model answers counts.
    """

    limit: asyncio.Timeout | None = None
    outer: "StepClock | None" = None
    counts_answers: bool = True
    waited_s: float = 0.0
    _waits: int = field(default=0, init=False)
    _began_at: float = field(default=0.0, init=False)
    _left_s: float | None = field(default=None, init=False)

    def stop(self) -> None:
        """Stop the clock; where several parts of a step wait at once, it runs again when the last one is done."""
        self._waits += 1
        if self._waits == 1:
            now = asyncio.get_running_loop().time()
            self._began_at = now
            when = self.limit.when() if self.limit else None
            self._left_s = None if when is None else when - now
            if self.limit and when is not None and not self.limit.expired():
                self.limit.reschedule(None)

    def go_on(self) -> None:
        """Let the clock run again."""
        self._waits -= 1
        if not self._waits:
            now = asyncio.get_running_loop().time()
            self.waited_s += now - self._began_at
            if self.limit and self._left_s is not None and not self.limit.expired():
                self.limit.reschedule(now + self._left_s)


step_clock: ContextVar[StepClock | None] = ContextVar("baton_step_clock", default=None)
"""The clock of the attempt that calls; None outside a step."""


@contextmanager
def clock_stopped(*, for_answer: bool = False) -> Iterator[None]:
    """Stop the clocks of the step that calls, and of the steps around it, for the length of a block.

    With `for_answer` those alone for which the time of an answer does not count.
    """
    clocks = []
    clock = step_clock.get()
    while clock is not None:
        if not (for_answer and clock.counts_answers):
            clocks.append(clock)
        clock = clock.outer
    for each in clocks:
        each.stop()
    try:
        yield
    finally:
        for each in clocks:
            each.go_on()
