"""Wraps the function of a step: with a time limit, and with a span and the count of its attempts."""

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from langgraph.errors import GraphBubbleUp, GraphInterrupt, ParentCommand
from langgraph.types import TimeoutPolicy

from baton.models.callbacks import count_calls
from baton.runtime.active import active_run, current_step
from baton.steps.attempts import Policies, after_failure, before_retry
from baton.steps.scopes import enter_step
from baton.steps.time_limits import time_limit

Step = Callable[..., Awaitable[Any]]
TypedStep = Callable[..., Awaitable[tuple[Any, str | None]]]
"""A step that returns its update as plain data and as text."""


def with_time_limit(step: TypedStep, name: str, limits: Mapping[str, TimeoutPolicy | None]) -> TypedStep:
    """`step` with a limit to its time: the policy under its name in `limits`, None for no limit.

    LangGraph's own watch does not wait for an attempt that it cancelled, which may still be at work while the next one
    runs, cannot be stopped while a call waits for its turn, and takes two tasks for every step: a fifth of the step's
    cost. It still keeps idle times, and the timeout of a `Send`, which counts beside the step's own.

    Raises:
        NodeTimeoutError: the time is over, and the attempt was cancelled.
    """

    @wraps(step)
    async def limited(*args: Any, **injected: Any) -> tuple[Any, str | None]:
        limit = limits[name]
        if limit is None:  # the clock of a step around it, if there is one, is the one that waits
            return await step(*args, **injected)
        async with time_limit(name, limit):
            return await step(*args, **injected)

    return limited


def with_span(step: TypedStep, name: str, policies: Callable[[], Policies]) -> Step:
    """`step` with a span for each attempt, and its failures counted over all processes; it returns the update alone."""

    @wraps(step)
    async def recorded(state: Any, *args: Any, **injected: Any) -> Any:
        run, started = active_run(), time.time()
        ref, spans = current_step(run), run.resources.spans
        try:
            if ref.attempt > 1:
                await before_retry(run, ref, policies())
            scope = enter_step(name)
            count_calls()
            update, text = await step(state, *args, **injected)
        except GraphBubbleUp as bubble:  # also a Command for a graph around it, which asks nobody
            if isinstance(bubble, ParentCommand):
                bubble.args = (scope.with_visit(bubble.args[0]),)
            run.interrupted = run.interrupted or isinstance(bubble, GraphInterrupt)
            spans.record(ref, status="interrupted", started=started, state=state)
            raise
        except BaseException as error:  # also a cancellation, by which a run is stopped
            status = "failed" if isinstance(error, Exception) else "cancelled"
            spans.record(ref, status=status, started=started, state=state, error=f"{type(error).__name__}: {error}")
            if isinstance(error, Exception):
                await after_failure(run, ref, policies(), error)
            raise
        spans.record(ref, status="done", started=started, state=state, output=text, is_masked=True)
        return scope.with_visit(update)

    return recorded
