"""Budgets: tokens are reserved in one transaction before a call and settled after it.

A reservation is an upper bound: the request's bytes, which no tokenizer exceeds, plus the completion's cap. What is
never settled, because the process died, counts as spent.
"""

import time
from dataclasses import dataclass
from uuid import uuid4

from baton.active import ActiveRun, here
from baton.database import Transaction
from baton.errors import OverBudget
from baton.redact import redact
from baton.spans import sendable

HOLD = (
    "UPDATE runs SET reserved_tokens = reserved_tokens + :amount WHERE thread_id = :thread_id"
    " AND (budget_tokens IS NULL OR spent_tokens + reserved_tokens + :amount <= budget_tokens)"
)
LEFT = "SELECT budget_tokens - spent_tokens - reserved_tokens FROM runs WHERE thread_id = ?"
CALL = (
    "INSERT INTO model_calls (call_id, thread_id, step, task_id, attempt, role, model, status, reserved_tokens,"
    " started_at) VALUES (:call_id, :thread_id, :step, :task_id, :attempt, :role, :model, 'reserved', :amount,"
    " :started)"
)
SETTLE = (
    "UPDATE runs SET reserved_tokens = reserved_tokens - :amount, spent_tokens = spent_tokens + min(:used, :amount)"
    " WHERE thread_id = :thread_id"
)
CLOSE = (
    "UPDATE model_calls SET status = :status, input_tokens = :input_tokens, output_tokens = :output_tokens,"
    " cost_usd = :cost_usd, latency_ms = :latency_ms, error = :error WHERE call_id = :call_id"
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What an endpoint reported for one call, in tokens."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens held for one model call."""

    run: ActiveRun
    call_id: str
    amount: int
    started: float

    async def settle(
        self, usage: Usage | None, cost_usd: float | None = None, error: str | None = None, *, unknown: bool = False
    ) -> None:
        """Give back what was not used.

        Without a usage (the call failed) nothing counts as spent, or everything where the usage is `unknown`.
        """
        values = {
            "call_id": self.call_id,
            "thread_id": self.run.thread_id,
            "amount": self.amount,
            "used": usage.input_tokens + usage.output_tokens if usage else self.amount * unknown,
            "status": "failed" if error else "answered",
            "input_tokens": usage.input_tokens if usage else 0,
            "output_tokens": usage.output_tokens if usage else 0,
            "cost_usd": cost_usd if usage or unknown else 0.0,
            "latency_ms": (time.time() - self.started) * 1000,
            "error": error and redact(sendable(error)),
        }
        self.run.plumbing.database.post(lambda tx: (tx.execute(SETTLE, values), tx.execute(CLOSE, values)))


async def reserve(run: ActiveRun, role: str, model: str, amount: int) -> Reservation:
    """Hold `amount` tokens of the run's budget for one call.

    Raises:
        OverBudget: less than that is left; nothing was held.
    """
    where, reservation = here(run), Reservation(run, uuid4().hex, amount, time.time())
    values = {"thread_id": run.thread_id, "step": where.step, "task_id": where.task_id, "attempt": where.attempt}
    values |= {"call_id": reservation.call_id, "role": role, "model": model, "amount": amount}

    def work(tx: Transaction) -> None:
        run.guard(tx)
        if not tx.execute(HOLD, values).rowcount:
            raise OverBudget(run.thread_id, amount, tx.execute(LEFT, (run.thread_id,)).fetchone()[0])
        tx.execute(CALL, {**values, "started": reservation.started})

    await run.plumbing.database.do(work)
    return reservation
