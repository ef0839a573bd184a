"""Model calls that are made past `ask`: counted once they are reported, for nothing could be reserved for them.

LangChain tells of each call of a chat model in a run, whoever makes it: a step, a prebuilt agent, a tool. What it cost
is added to the run's budget, and once that is spent the next call is refused before it is made.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
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
from baton.runtime.active import ActiveRun, active_run, here
from baton.runtime.spans import Where
from baton.storage.sqlite_file import reading
from baton.storage.transaction import Transaction

NOT_SAID = "the model did not say what it used; nothing of it counts"
LEFT = "SELECT budget_tokens, spent_tokens, budget_nanousd, spent_nanousd FROM runs WHERE thread_id = ? AND run = ?"
CALL = (
    "INSERT INTO model_calls (call_id, thread_id, run, step, task_id, attempt, role, model, status, reserved_tokens,"
    " input_tokens, output_tokens, cost_usd, started_at, latency_ms, error, note) VALUES (:call_id, :thread_id, :run,"
    " :step, :task_id, :attempt, 'counted', :model, :status, 0, :input_tokens, :output_tokens, :cost_usd, :started,"
    " :latency_ms, :error, :note)"
)
SPEND = (
    "UPDATE runs SET spent_tokens = spent_tokens + :used, spent_nanousd = spent_nanousd + :used_nanousd"
    " WHERE thread_id = :thread_id AND run = :run"
)

_reserved: ContextVar[bool] = ContextVar("baton_reserved", default=False)


@contextmanager
def reserved() -> Iterator[None]:
    """Make a call for which a reservation is held: it is in the books already."""
    token = _reserved.set(True)
    try:
        yield
    finally:
        _reserved.reset(token)


class Begun(NamedTuple):
    """A call in progress."""

    run: ActiveRun
    where: Where
    model: str
    started: float


class CountedCalls(BaseCallbackHandler):
    """Counts the calls of chat models in the steps of runs."""

    raise_error = True  # a refusal must reach whoever calls
    ignore_agent = ignore_chain = ignore_custom_event = ignore_retriever = ignore_retry = True

    def __init__(self) -> None:
        self._begun: dict[UUID, Begun] = {}

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
        run = None if _reserved.get() else _run()
        if run is None:
            return
        _refuse_if_spent(run)
        said = metadata or {}
        model = f"{said.get('ls_provider', 'model')}:{said.get('ls_model_name', '?')}"
        self._begun[run_id] = Begun(run, here(run), model, time.time())

    def on_llm_start(self, serialized: Any, prompts: Any, **_: Any) -> None:
        """See BaseCallbackHandler; a model of plain texts says nothing of what it used."""

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """See BaseCallbackHandler."""
        if (begun := self._begun.pop(run_id, None)) is not None:
            _count(begun, _usage(response), None)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """See BaseCallbackHandler."""
        if (begun := self._begun.pop(run_id, None)) is not None:
            _count(begun, None, f"{type(error).__name__}: {error}")


def _is_not_ours(record: logging.LogRecord) -> bool:
    """Whether a line of the log is about something else: a refusal is raised, and need not be logged as a failure."""
    return CountedCalls.__name__ not in record.getMessage()


logging.getLogger("langchain_core.callbacks.manager").addFilter(_is_not_ours)
_handler = CountedCalls()
_counting: ContextVar[CountedCalls | None] = ContextVar("baton_counted_calls", default=None)
register_configure_hook(_counting, inheritable=True)


def count_calls() -> None:
    """Count what is called from here on in this context: from inside a step, for every run that is told costs time."""
    if _counting.get() is None:
        _counting.set(_handler)


def _run() -> ActiveRun | None:
    try:
        return active_run()
    except (BatonError, KeyError):  # outside a run
        return None


def _refuse_if_spent(run: ActiveRun) -> None:
    """Look into the books at once: the framework does not wait for an answer here."""
    with reading(run.plumbing.database.path) as tx:
        row = tx.execute(LEFT, (run.thread_id, run.run)).fetchone()
    for most, spent in ((row[0], row[1]), (row[2], row[3])) if row else ():
        if most is not None and spent >= most:
            told = f"{run.thread_id}: the budget is spent, and no further model is asked"
            raise OverBudget(run.thread_id, 0, 0, told)


def _usage(response: LLMResult) -> Usage | None:
    """The tokens that the answers say they used; None where one says nothing."""
    messages = [getattr(each, "message", None) for batch in response.generations for each in batch]
    said = [each.usage_metadata if isinstance(each, AIMessage) else None for each in messages]
    if not said or not all(each and each["total_tokens"] > 0 for each in said):
        return None
    return Usage(*(sum(each[name] for each in said if each) for name in ("input_tokens", "output_tokens")))


def _count(begun: Begun, usage: Usage | None, error: str | None) -> None:
    """Write the call down, with the next transaction; from whichever thread it was made."""
    cost = cost_usd(begun.model, usage) if usage else None
    values = {
        **asdict(begun.where),
        "call_id": uuid4().hex,
        "model": begun.model,
        "status": "failed" if error else "answered",
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cost_usd": cost,
        "used": usage.input_tokens + usage.output_tokens if usage else 0,
        "used_nanousd": round((cost or 0) * 1e9),
        "started": begun.started,
        "latency_ms": (time.time() - begun.started) * 1000,
        "error": error and redact_error(error),
        "note": None if usage or error else NOT_SAID,
    }

    def write(tx: Transaction) -> None:
        tx.execute(CALL, values)
        tx.execute(SPEND, values)

    begun.run.plumbing.database.soon(write)
