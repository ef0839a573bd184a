"""Attempts in all: a retry policy counts within one process, and what is counted here outlives it.

Only what fails is written down, so a step that succeeds pays nothing. A step that had all its attempts and is resumed
nevertheless (no error handler parked it) gets one more for each time.
"""

import time
from collections.abc import Sequence
from typing import Any

from langgraph.types import RetryPolicy

from baton.errors import CapReached
from baton.runtime.active import ActiveRun, execution_info
from baton.runtime.spans import StepRef
from baton.steps.counters import count

Policies = RetryPolicy | Sequence[RetryPolicy] | None


async def before_retry(run: ActiveRun, where: StepRef, policies: Policies) -> None:
    """Count the attempt before this one, also where the framework cut it off for its time.

    Raises:
        CapReached: the step had all its attempts, or its time.
    """
    most = max((policy.max_attempts for policy in _listed(policies)), default=where.attempt)
    await _count(run, where, where.attempt - 1, most)


async def after_failure(run: ActiveRun, where: StepRef, policies: Policies, error: Exception) -> None:
    """Count a failure that the framework would answer with another attempt.

    Raises:
        CapReached: there is none left.
    """
    policy = next((each for each in _listed(policies) if _answers(each, error)), None)
    if policy is None or isinstance(error, CapReached):
        return
    try:
        await _count(run, where, where.attempt, policy.max_attempts)
    except CapReached as reached:
        if where.attempt < policy.max_attempts:  # else the framework ends it, and with the error itself
            raise CapReached(reached.name, reached.cap, f"{reached}; the last error: {error}") from error


async def _count(run: ActiveRun, where: StepRef, attempt: int, most: int) -> None:
    began = execution_info().node_first_attempt_time or 0.0  # 0 where the framework does not say
    failures = await count(run, f"attempts:{where.step}:{where.task_id}", f"{began}:{attempt}")
    if failures >= most:
        raise CapReached("attempts", most, f"{where.step} failed {failures} times, and {most} attempts are its most")
    limit = run.plumbing.settings.step_deadline_s
    if began and time.time() - began > limit:
        raise CapReached("attempts", most, f"{where.step} kept failing for {limit:g} s (BATON_STEP_DEADLINE_S)")


def _listed(policies: Policies) -> Sequence[RetryPolicy]:
    return [policies] if isinstance(policies, RetryPolicy) else policies or []


def _answers(policy: RetryPolicy, error: Exception) -> bool:
    """Whether a policy would try again; `retry_on` is a class, several, or a function."""
    on: Any = policy.retry_on
    if isinstance(on, Sequence):
        return isinstance(error, tuple(on))
    return isinstance(error, on) if isinstance(on, type) else bool(on(error))
