"""The clock of a step: it stands still for calls in progress, also for one that the step did not wait for."""

import asyncio

from langgraph.types import TimeoutPolicy

from baton.runtime.step_clock import clock_stopped
from baton.steps.time_limits import time_limit


async def test_a_call_that_outlives_its_step_gets_its_answer() -> None:
    async def call(answered: asyncio.Event) -> str:
        with clock_stopped():
            await answered.wait()
        return "answer"

    answered = asyncio.Event()
    async with time_limit("step", TimeoutPolicy(run_timeout=60.0)):
        begun, late = (asyncio.create_task(call(answered)) for _ in range(2))
        await asyncio.sleep(0)
    answered.set()
    assert {await each for each in (begun, late, asyncio.create_task(call(answered)))} == {"answer"}
