"""Budgets: tokens, and dollars where prices are known, are reserved in one transaction before a call and settled after.

A reservation is an upper bound: the request's bytes, which no tokenizer exceeds, plus the completion's cap. What is
never settled, because the process died, counts as spent. An endpoint may report more than was reserved: the report is
kept and noted, and what counts against the cap is the reservation, so that no run is ever over its cap. It may also
report less than the call can have used: that counts as no report, and what was reserved counts as spent.
"""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from baton.errors import OverBudget
from baton.redact import redact_error
from baton.runtime.active import ActiveRun, here
from baton.storage.transaction import Transaction

HOLD = (
    "UPDATE runs SET reserved_tokens = reserved_tokens + :tokens, reserved_nanousd = reserved_nanousd + :nanousd"
    " WHERE thread_id = :thread_id AND run = :run"
    " AND (budget_tokens IS NULL OR spent_tokens + reserved_tokens + :tokens <= budget_tokens)"
    " AND (budget_nanousd IS NULL OR spent_nanousd + reserved_nanousd + :nanousd <= budget_nanousd)"
)
WARN = (  # once a run, at 80 %
    "UPDATE runs SET budget_warned = 1 WHERE thread_id = :thread_id AND run = :run AND NOT budget_warned"
    " AND (5 * (spent_tokens + reserved_tokens) >= 4 * budget_tokens"
    " OR 5 * (spent_nanousd + reserved_nanousd) >= 4 * budget_nanousd)"
)
BOOKS = (
    "SELECT budget_tokens, spent_tokens, reserved_tokens, budget_nanousd / 1e9 AS budget_usd,"
    " spent_nanousd / 1e9 AS spent_usd, reserved_nanousd / 1e9 AS reserved_usd FROM runs"
    " WHERE thread_id = ? AND run = ?"
)
CALL = (
    "INSERT INTO model_calls (call_id, thread_id, run, step, task_id, attempt, role, model, status, reserved_tokens,"
    " reserved_nanousd, note, started_at) VALUES (:call_id, :thread_id, :run, :step, :task_id, :attempt, :role, :model,"
    " 'reserved', :tokens, :nanousd, :note, :started)"
)
SETTLE = (
    "UPDATE runs SET reserved_tokens = reserved_tokens - :tokens, spent_tokens = spent_tokens + :used,"
    " reserved_nanousd = reserved_nanousd - :nanousd, spent_nanousd = spent_nanousd + :used_nanousd"
    " WHERE thread_id = :thread_id AND run = :run"
)
CLOSE = (
    "UPDATE model_calls SET status = :status, input_tokens = :input_tokens, output_tokens = :output_tokens,"
    " cost_usd = :cost_usd, latency_ms = :latency_ms, error = :error, note = :note WHERE call_id = :call_id"
)
MOST = 2**53  # an endpoint may report any number; larger ones are no count of tokens
TOKEN_BYTES = 128  # a token's most: the longest of cl100k, o200k, Llama 3, Qwen 3 and DeepSeek V3 are 128 spaces
log = logging.getLogger("baton")


@dataclass(frozen=True, slots=True)
class Usage:
    """What an endpoint reported for one call, in tokens."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to make one call, and what it can need at most; `nanousd` is 0 where the price is not known."""

    role: str
    model: str
    tokens: int
    nanousd: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is held for one model call."""

    run: ActiveRun
    call_id: str
    offer: Offer
    started: float

    async def settle(
        self,
        usage: Usage | None,
        cost_usd: float | None = None,
        error: str | None = None,
        *,
        unknown: bool = False,
        doubted: bool = False,
    ) -> None:
        """Give back what was not used.

        Without a usage nothing counts as spent, or everything where the usage is `unknown`: `doubted` if one was
        reported that is not `credible`.
        """
        offer, counted = self.offer, [min(max(count, 0), MOST) for count in _counts(usage)]
        nanousd = round((cost_usd or 0) * 1e9)
        values = {
            "call_id": self.call_id,
            "thread_id": self.run.thread_id,
            "run": self.run.run,
            "tokens": offer.tokens,
            "nanousd": offer.nanousd,
            "used": min(sum(counted), offer.tokens) if usage else offer.tokens * unknown,
            "used_nanousd": min(nanousd, offer.nanousd) if usage else offer.nanousd * unknown,
            "status": "failed" if error else "answered",
            "input_tokens": counted[0],
            "output_tokens": counted[1],
            "cost_usd": cost_usd if usage or unknown else 0.0,
            "latency_ms": (time.time() - self.started) * 1000,
            "error": error and redact_error(error),
            "note": _noted(offer, sum(counted), unknown=unknown and not usage, doubted=doubted),
        }
        self.run.plumbing.database.post(lambda tx: (tx.execute(SETTLE, values), tx.execute(CLOSE, values)))


def credible(reported: Mapping[str, Any] | None, sent: int, said: int) -> Usage | None:
    """The usage that was reported for `sent` bytes of messages and `said` bytes of answer, or None where it is none.

    None is what is no count of tokens, and fewer tokens than so many bytes can be: believed, counts that an endpoint
    leaves at zero would lift every cap, while an honest count that is doubted costs only budget. `sent` is without the
    schema, which an endpoint need not show to its model. Where the total is more than its parts, the rest is answer:
    some endpoints count only there what a model thought.
    """
    found = reported or {}
    read, written, total = (_whole(found.get(name)) for name in ("input_tokens", "output_tokens", "total_tokens"))
    if read is None or written is None or total is None:
        return None
    usage = Usage(read, max(written, total - read))
    return usage if usage.input_tokens >= least(sent) and usage.output_tokens >= least(said) else None


def least(size: int) -> int:
    """The fewest tokens that a text of so many bytes can be; at least 1, for even an empty answer ends with a token.

    The bound is so generous that honest counts pass in every script, with long rules and indents too: it finds counts
    that say nothing, not small lies. One old vocabulary has tokens of 1,024 spaces; only an honest count of a text of
    little else is doubted, which costs budget and breaks no promise.
    """
    return max(1, -(-size // TOKEN_BYTES))


async def reserve(run: ActiveRun, role: str, model: str, tokens: int, nanousd: int = 0) -> Reservation:
    """Hold so much of the run's budget for one call.

    Raises:
        OverBudget: less than that is left; nothing was held.
    """
    return await reserve_first(run, [Offer(role, model, tokens, nanousd)])


async def reserve_first(run: ActiveRun, offers: Sequence[Offer]) -> Reservation:
    """Hold the first offer that fits, in one transaction.

    Raises:
        OverBudget: none fits; nothing was held.
    """
    where, call_id, started = here(run), uuid4().hex, time.time()
    call = {
        "thread_id": run.thread_id,
        "run": run.run,
        "step": where.step,
        "task_id": where.task_id,
        "attempt": where.attempt,
    }
    call |= {"call_id": call_id, "started": started}
    chosen, warning = await run.plumbing.database.do(lambda tx: _held(tx, run, call, offers), durable=False)
    if warning:
        log.warning("%s has used 80 %% of its budget: %s", run.thread_id, warning)
        tell(run, "warning", warning)
    return Reservation(run, call_id, chosen, started)


def tell(run: ActiveRun, status: str, told: Any) -> None:
    """Keep what happened to a run's budget where `baton show` finds it."""
    run.plumbing.spans.record(here(run), kind="budget", status=status, started=time.time(), output=json.dumps(told))


def _held(
    tx: Transaction, run: ActiveRun, call: dict[str, Any], offers: Sequence[Offer]
) -> tuple[Offer, dict[str, Any] | None]:
    """The offer that fits, and the run's books the first time that they are nearly full."""
    run.guard(tx)
    for offer in offers:
        values = {**call, **{name: getattr(offer, name) for name in ("role", "model", "tokens", "nanousd", "note")}}
        if tx.execute(HOLD, values).rowcount:
            tx.execute(CALL, values)
            warned = tx.execute(WARN, values).rowcount
            return offer, _books(tx, run) if warned else None
    raise _over(run, offers[0], _books(tx, run))


def _books(tx: Transaction, run: ActiveRun) -> dict[str, Any]:
    found = dict(tx.execute(BOOKS, (run.thread_id, run.run)).fetchone())
    return {name: value for name, value in found.items() if found[f"budget_{name.partition('_')[2]}"] is not None}


def _over(run: ActiveRun, offer: Offer, books: dict[str, Any]) -> OverBudget:
    """Which of the two budgets does not hold the offer."""
    capped = [unit for unit in ("tokens", "usd") if f"budget_{unit}" in books]
    left = {unit: books[f"budget_{unit}"] - books[f"spent_{unit}"] - books[f"reserved_{unit}"] for unit in capped}
    if left.get("tokens", offer.tokens) < offer.tokens:
        return OverBudget(run.thread_id, offer.tokens, left["tokens"])
    told = f"the call may cost ${offer.nanousd / 1e9:.6f} and ${left['usd']:.6f} are left of the budget"
    return OverBudget(run.thread_id, offer.tokens, left.get("tokens"), f"{run.thread_id}: {told}")


def _counts(usage: Usage | None) -> tuple[int, int]:
    return (usage.input_tokens, usage.output_tokens) if usage else (0, 0)


def _whole(count: object) -> int | None:
    """A count as a whole number, at most `MOST`, or None: 7.0 is one; true, "7", NaN and -7 are none."""
    if isinstance(count, bool) or not isinstance(count, (int, float)) or not count >= 0:
        return None
    return int(min(count, MOST)) if isinstance(count, int) or count.is_integer() else None


def _noted(offer: Offer, used: int, *, unknown: bool, doubted: bool) -> str | None:
    """What a reader of one call should know."""
    notes = [offer.note] if offer.note else []
    if used > offer.tokens:
        notes.append(f"{used} tokens were reported and {offer.tokens} reserved; these count as spent")
    if unknown:
        why = "the usage that was reported cannot be right" if doubted else "no usage was reported"
        notes.append(f"{why}; the reservation counts as spent")
    return "; ".join(notes) or None
