"""The time limit of one attempt of a step; its clock stands still while the step waits for its turn at an endpoint.

Under the default policy it stands still for the answers of models too.
"""

import asyncio
import time
from types import TracebackType
from typing import Self, cast

from langgraph.errors import NodeTimeoutError
from langgraph.types import TimeoutPolicy

from baton.config.policies import STEP_TIMEOUT
from baton.runtime.step_clock import StepClock, step_clock


class time_limit:  # noqa: N801 - a context manager, used as a function is
    """Limit what runs inside to a policy's `run_timeout`, in seconds of its own; None for no limit.

    Raises:
        NodeTimeoutError: the time is over, and the attempt was cancelled.
    """

    __slots__ = ("_began", "_clock", "_counts_answers", "_limit_s", "_outer", "_step", "_timeout")

    def __init__(self, step: str, limit: TimeoutPolicy | None) -> None:
        self._step, self._counts_answers = step, limit is not STEP_TIMEOUT
        self._limit_s = None if limit is None else cast("float", limit.run_timeout)  # LangGraph made it seconds
        self._timeout = None if limit is None else asyncio.timeout(self._limit_s)

    async def __aenter__(self) -> Self:
        self._began, self._outer = time.monotonic(), step_clock.get()
        self._clock = StepClock(self._timeout, self._outer, self._counts_answers)
        step_clock.set(self._clock)
        if self._timeout:
            await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        step_clock.set(self._outer)  # not by a token: a stream may be closed in another context
        self._clock.limit = None  # a call that the step did not wait for may still stop the clock and let it run
        if self._timeout is None:
            return
        try:
            await self._timeout.__aexit__(kind, error, traceback)
        except TimeoutError as over:
            elapsed = time.monotonic() - self._began
            raise NodeTimeoutError(self._step, elapsed, kind="run", run_timeout=self._limit_s) from over
