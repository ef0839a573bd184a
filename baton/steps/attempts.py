"""Counts the attempts of a step over all processes: a retry policy counts within one process alone.

Only failures are recorded, so a step that succeeds pays nothing. A step that had all its attempts and is resumed
nevertheless (no error handler dead-lettered it) gets one more each time.
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


async def before_retry(run: ActiveRun, step: StepRef, policies: Policies) -> None:
    """Count the attempt before this one as a failure, also where the framework cancelled it at its timeout.

    Raises:
        CapReached: the step had all its attempts, or its deadline has passed.
    """
    most = max((policy.max_attempts for policy in _policy_list(policies)), default=step.attempt)
    await _count(run, step, step.attempt - 1, most)


async def after_failure(run: ActiveRun, step: StepRef, policies: Policies, error: Exception) -> None:
    """Count a failure after which the framework would start another attempt.

    Raises:
        CapReached: no attempt is left.
    """
    policy = next((each for each in _policy_list(policies) if _retries(each, error)), None)
    if policy is None or isinstance(error, CapReached):
        return
    try:
        await _count(run, step, step.attempt, policy.max_attempts)
    except CapReached as cap_error:
        if step.attempt < policy.max_attempts:  # else the framework ends it, and with the error itself
            raise CapReached(cap_error.name, cap_error.cap, f"{cap_error}; the last error: {error}") from error


async def _count(run: ActiveRun, step: StepRef, attempt: int, most: int) -> None:
    """Count one failed attempt; raises CapReached where there were `most`, or the step's deadline has passed."""
    began = execution_info().node_first_attempt_time or 0.0  # 0 where the framework has no time
    failures = await count(run, f"attempts:{step.step}:{step.task_id}", f"{began}:{attempt}")
    if failures >= most:
        raise CapReached("attempts", most, f"{step.step} failed {failures} times, and {most} attempts are its most")
    limit = run.resources.settings.step_deadline_s
    if began and time.time() - began - run.waits_s.get(step.task_id, 0.0) > limit:
        raise CapReached("attempts", most, f"{step.step} kept failing for {limit:g} s (BATON_STEP_DEADLINE_S)")


def _policy_list(policies: Policies) -> Sequence[RetryPolicy]:
    return [policies] if isinstance(policies, RetryPolicy) else policies or []


def _retries(policy: RetryPolicy, error: Exception) -> bool:
    """Whether a policy would retry after an error; `retry_on` is a class, several, or a function."""
    on: Any = policy.retry_on
    if isinstance(on, Sequence):
        return isinstance(error, tuple(on))
    return isinstance(error, on) if isinstance(on, type) else bool(on(error))
