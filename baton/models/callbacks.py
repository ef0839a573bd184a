"""Counts the model calls that are made past `ask`, once they are reported: nothing could be reserved for them.

LangChain's callbacks report each call of a chat model in a run, made by a step, a prebuilt agent or a tool. Its cost is
added to the run's spending, and once the budget is spent the next call is refused before it is made.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage
from langchain_core.outputs import LLMResult
from langchain_core.tracers.context import register_configure_hook

from baton.errors import BatonError, OverBudget
from baton.models.budget import Usage
from baton.models.models import cost_usd
from baton.redact import redact_error
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.runtime.spans import StepRef
from baton.storage.sqlite_file import connect_for_reading
from baton.storage.transaction import Transaction

NO_USAGE = "the model did not say what it used; nothing of it counts"
BUDGET = "SELECT budget_tokens, spent_tokens, budget_nanousd, spent_nanousd FROM runs WHERE thread_id = ? AND run = ?"
INSERT_CALL = (
    "INSERT INTO model_calls (call_id, thread_id, run, step, task_id, attempt, role, model, status, reserved_tokens,"
    " input_tokens, output_tokens, cost_usd, started_at, latency_ms, error, note) VALUES (:call_id, :thread_id, :run,"
    " :step, :task_id, :attempt, 'counted', :model, :status, 0, :input_tokens, :output_tokens, :cost_usd, :started,"
    " :latency_ms, :error, :note)"
)
SPEND = (
    "UPDATE runs SET spent_tokens = spent_tokens + :used, spent_nanousd = spent_nanousd + :used_nanousd"
    " WHERE thread_id = :thread_id AND run = :run"
)

_is_reserved: ContextVar[bool] = ContextVar("baton_reserved", default=False)


@contextmanager
def skip_counting() -> Iterator[None]:
    """Leave the calls inside the block uncounted: a reservation is held for them."""
    token = _is_reserved.set(True)
    try:
        yield
    finally:
        _is_reserved.reset(token)


class CallInProgress(NamedTuple):
    """A call that began and has not ended; `started` is Unix seconds."""

    run: ActiveRun
    step: StepRef
    model: str
    started: float


class CountedCalls(BaseCallbackHandler):
    """Counts the calls of chat models in the steps of runs."""

    raise_error = True  # a refusal must reach the caller
    ignore_agent = ignore_chain = ignore_custom_event = ignore_retriever = ignore_retry = True

    def __init__(self) -> None:
        self._calls: dict[UUID, CallInProgress] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any] | None,  # noqa: ARG002 - the framework's signature
        messages: list[list[Any]],  # noqa: ARG002
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """See BaseCallbackHandler.

        Raises:
            OverBudget: the run's budget is spent.
        """
        run = None if _is_reserved.get() else _run_or_none()
        if run is None:
            return
        _refuse_if_spent(run)
        fields = metadata or {}
        model = f"{fields.get('ls_provider', 'model')}:{fields.get('ls_model_name', '?')}"
        self._calls[run_id] = CallInProgress(run, current_step(run), model, time.time())

    def on_llm_start(self, serialized: Any, prompts: Any, **_: Any) -> None:
        """See BaseCallbackHandler; a model of plain texts reports no usage."""

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """See BaseCallbackHandler."""
        if (call := self._calls.pop(run_id, None)) is not None:
            _record_call(call, _reported_usage(response), None)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """See BaseCallbackHandler."""
        if (call := self._calls.pop(run_id, None)) is not None:
            _record_call(call, None, f"{type(error).__name__}: {error}")


def _is_not_ours(record: logging.LogRecord) -> bool:
    """Whether a log record is not of this handler: a refusal is raised, and need not be logged as a failure too."""
    return CountedCalls.__name__ not in record.getMessage()


logging.getLogger("langchain_core.callbacks.manager").addFilter(_is_not_ours)
_handler = CountedCalls()
_counting: ContextVar[CountedCalls | None] = ContextVar("baton_counted_calls", default=None)
register_configure_hook(_counting, inheritable=True)


def count_calls() -> None:
    """Count this context's model calls from now on; called inside a step, for a handler on every run costs time."""
    if _counting.get() is None:
        _counting.set(_handler)


def _run_or_none() -> ActiveRun | None:
    try:
        return active_run()
    except (BatonError, KeyError):  # outside a run
        return None


def _refuse_if_spent(run: ActiveRun) -> None:
    """Raise OverBudget where the run's budget is spent; reads the database directly, for this callback cannot await."""
    with connect_for_reading(run.resources.database.path) as tx:
        row = tx.execute(BUDGET, (run.thread_id, run.run)).fetchone()
    for unit, most, spent in (("tokens", row[0], row[1]), ("dollars", row[2], row[3])) if row else ():
        if most is not None and spent >= most:
            message = f"{run.thread_id}: the budget is spent, and no further model is asked"
            raise OverBudget(run.thread_id, 0, 0, message, in_dollars=unit == "dollars")


def _reported_usage(response: LLMResult) -> Usage | None:
    """The sum of the tokens that the answers report; None where one of them reports none."""
    messages = [getattr(each, "message", None) for batch in response.generations for each in batch]
    reports = [each.usage_metadata if isinstance(each, AIMessage) else None for each in messages]
    if not reports or not all(each and each["total_tokens"] > 0 for each in reports):
        return None
    return Usage(*(sum(each[name] for each in reports if each) for name in ("input_tokens", "output_tokens")))


def _record_call(call: CallInProgress, usage: Usage | None, error: str | None) -> None:
    """Record the call and its cost with the next transaction; may be called from any thread."""
    cost = cost_usd(call.model, usage) if usage else None
    values = {
        **call.step._asdict(),
        "call_id": uuid4().hex,
        "model": call.model,
        "status": "failed" if error else "answered",
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cost_usd": cost,
        "used": usage.input_tokens + usage.output_tokens if usage else 0,
        "used_nanousd": round((cost or 0) * 1e9),
        "started": call.started,
        "latency_ms": (time.time() - call.started) * 1000,
        "error": error and redact_error(error),
        "note": None if usage or error else NO_USAGE,
    }

    def write(tx: Transaction) -> None:
        tx.execute(INSERT_CALL, values)
        tx.execute(SPEND, values)

    call.run.resources.database.enqueue_from_thread(write)
