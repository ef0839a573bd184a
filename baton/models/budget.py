"""Budgets: tokens, and dollars where prices are known, are reserved in one transaction before a call and settled after.

A reservation is an upper bound: the request's bytes, which no tokenizer exceeds, plus the completion's cap. One that is
never settled, because the process died, counts as spent. An endpoint may report more than was reserved: the report is
kept and noted, and the reservation counts against the cap, so that no run is ever over its cap. It may also report less
than the call can have used: that counts as no report, and the reservation counts as spent.
"""

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from typing_extensions import TypedDict

from baton.errors import OverBudget, StorageError
from baton.redact import redact_error
from baton.runtime.active import ActiveRun, current_step
from baton.storage.transaction import Transaction

RESERVE = (
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
BUDGET = (
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
RESERVED = "SELECT thread_id, run, reserved_tokens, reserved_nanousd FROM model_calls WHERE call_id = ?"
GIVE_BACK = (
    "UPDATE runs SET reserved_tokens = reserved_tokens - :reserved_tokens,"
    " reserved_nanousd = reserved_nanousd - :reserved_nanousd WHERE thread_id = :thread_id AND run = :run"
)
FORGET = "DELETE FROM model_calls WHERE call_id = ?"
MOST = 2**53  # an endpoint may report any number; larger ones are no count of tokens
TOKEN_BYTES = 128  # a token's most: the longest of cl100k, o200k, Llama 3, Qwen 3 and DeepSeek V3 are 128 spaces
log = logging.getLogger("baton")


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that an endpoint reported for one call; `cached_tokens` of the input it had read before."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to make one call, with the most that it can use; `nanousd` is 0 where the price is not known."""

    role: str
    model: str
    tokens: int
    nanousd: int = 0
    note: str | None = None


class Budget(TypedDict, total=False):
    """The budget of a run: caps, tokens and dollars spent, and those reserved; only the units that have a cap."""

    budget_tokens: int
    spent_tokens: int
    reserved_tokens: int
    budget_usd: float
    spent_usd: float
    reserved_usd: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """The part of a run's budget that is reserved for one model call; `started` is Unix seconds."""

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
        note: str | None = None,
        unknown: bool = False,
        doubted: bool = False,
    ) -> None:
        """Record how the call ended, and release the part of the reservation that it did not use.

        Without a usage nothing counts as spent, or the whole reservation where the usage is `unknown`; `doubted` says
        that one was reported and was not credible. `note` is kept for whoever looks at the call.
        """
        offer, counts = self.offer, [min(max(count, 0), MOST) for count in _token_counts(usage)]
        nanousd = round((cost_usd or 0) * 1e9)
        values = {
            "call_id": self.call_id,
            "thread_id": self.run.thread_id,
            "run": self.run.run,
            "tokens": offer.tokens,
            "nanousd": offer.nanousd,
            "used": min(sum(counts), offer.tokens) if usage else offer.tokens * unknown,
            "used_nanousd": min(nanousd, offer.nanousd) if usage else offer.nanousd * unknown,
            "status": "failed" if error else "answered",
            "input_tokens": counts[0],
            "output_tokens": counts[1],
            "cost_usd": cost_usd if usage or unknown else 0.0,
            "latency_ms": (time.time() - self.started) * 1000,
            "error": error and redact_error(error),
            "note": _call_note(offer, sum(counts), note, unknown=unknown and not usage, doubted=doubted),
        }
        self.run.resources.database.enqueue(lambda tx: (tx.execute(SETTLE, values), tx.execute(CLOSE, values)))


def credible_usage(report: Mapping[str, Any] | None, sent: int, received: int) -> Usage | None:
    """The usage that was reported for `sent` bytes of messages and `received` bytes of answer; None where it is wrong.

    It is wrong where a field is no count of tokens, or is less than so many bytes can be. A count that an endpoint
    leaves at zero would lift every cap; an honest count that is doubted costs only budget. `sent` is without the
    schema, which an endpoint need not show to its model. Where the total is more than its parts, the rest is answer:
    some endpoints count a model's thinking only there, and some only in its own field.
    """
    fields = report or {}
    names = ("input_tokens", "output_tokens", "total_tokens")
    prompt, completion, total = (_whole_count(fields.get(each)) for each in names)
    if prompt is None or completion is None or total is None:
        return None
    thought = _detail(fields, "output_token_details", "reasoning")
    written = completion if thought <= completion else completion + thought
    cached = min(_detail(fields, "input_token_details", "cache_read"), prompt)
    usage = Usage(prompt, min(max(written, total - prompt), MOST), cached)
    is_enough = usage.input_tokens >= least_tokens(sent) and usage.output_tokens >= least_tokens(received)
    return usage if is_enough else None


def usage_of_failure(report: Mapping[str, Any] | None) -> Usage | None:
    """The usage that was reported for a call that failed; None where it says nothing."""
    fields = report or {}
    prompt, completion = (_whole_count(fields.get(each)) or 0 for each in ("input_tokens", "output_tokens"))
    return Usage(prompt, completion) if prompt + completion else None


def least_tokens(size: int) -> int:
    """The fewest tokens that a text of so many bytes can be; at least 1, for even an empty answer ends with a token.

    The bound is so generous that honest counts pass in every script, with long rules and indents too: it finds empty
    counts, not small lies. One old vocabulary has tokens of 1,024 spaces; only an honest count of a text of little else
    is doubted, which costs budget and breaks no promise.
    """
    return max(1, -(-size // TOKEN_BYTES))


async def reserve(run: ActiveRun, role: str, model: str, tokens: int, nanousd: int = 0) -> Reservation:
    """Reserve so many tokens and nanodollars of the run's budget for one call.

    Raises:
        OverBudget: less than that is left; nothing was reserved.
    """
    return await reserve_first(run, [Offer(role, model, tokens, nanousd)])


async def reserve_first(run: ActiveRun, offers: Sequence[Offer]) -> Reservation:
    """Reserve the first offer that fits, in one transaction.

    Raises:
        OverBudget: none fits; nothing was reserved.
    """
    call_id, started = uuid4().hex, time.time()
    call = {**current_step(run)._asdict(), "call_id": call_id, "started": started}
    database = run.resources.database
    try:
        offer, warning = await database.do(lambda tx: _reserve_offer(tx, run, call, offers), durable=False)
    except asyncio.CancelledError:  # the transaction is committed all the same, and nobody is left to settle
        with suppress(StorageError):  # the database is closed
            database.enqueue(lambda tx: _give_back(tx, call_id))
        raise
    if warning:
        log.warning("%s has used 80 %% of its budget: %s", run.thread_id, warning)
        record_budget_event(run, "warning", warning)
    return Reservation(run, call_id, offer, started)


def record_budget_event(run: ActiveRun, status: str, details: str | Budget) -> None:
    """Record an event of a run's budget as a span, so that `baton show` lists it."""
    run.resources.spans.record(
        current_step(run), kind="budget", status=status, started=time.time(), output=json.dumps(details)
    )


def _reserve_offer(
    tx: Transaction, run: ActiveRun, call: dict[str, Any], offers: Sequence[Offer]
) -> tuple[Offer, Budget | None]:
    """Reserve the first offer that fits, and return it; with the run's budget the first time that 80 % are used."""
    run.guard(tx)
    for offer in offers:
        values = {**call, **{name: getattr(offer, name) for name in ("role", "model", "tokens", "nanousd", "note")}}
        if tx.execute(RESERVE, values).rowcount:
            tx.execute(CALL, values)
            is_first_warning = tx.execute(WARN, values).rowcount
            return offer, _read_budget(tx, run) if is_first_warning else None
    raise _over_budget(run, offers[0], _read_budget(tx, run))


def _give_back(tx: Transaction, call_id: str) -> None:
    """Release what was reserved for a call that is never made, and forget the call; where nothing was, do nothing."""
    if (row := tx.execute(RESERVED, (call_id,)).fetchone()) is not None:
        tx.execute(GIVE_BACK, dict(row))
        tx.execute(FORGET, (call_id,))


def _read_budget(tx: Transaction, run: ActiveRun) -> Budget:
    row = dict(tx.execute(BUDGET, (run.thread_id, run.run)).fetchone())
    capped = {name: value for name, value in row.items() if row[f"budget_{name.partition('_')[2]}"] is not None}
    return cast("Budget", capped)


def _over_budget(run: ActiveRun, offer: Offer, budget: Budget) -> OverBudget:
    """The error for an offer that does not fit; it names the one of the two budgets that is too small."""
    tokens_left = None
    if "budget_tokens" in budget:
        tokens_left = budget["budget_tokens"] - budget["spent_tokens"] - budget["reserved_tokens"]
        if tokens_left < offer.tokens:
            return OverBudget(run.thread_id, offer.tokens, tokens_left)
    usd_left = budget["budget_usd"] - budget["spent_usd"] - budget["reserved_usd"]
    message = f"the call may cost ${offer.nanousd / 1e9:.6f} and ${usd_left:.6f} are left of the budget"
    return OverBudget(run.thread_id, offer.tokens, tokens_left, f"{run.thread_id}: {message}", in_dollars=True)


def _token_counts(usage: Usage | None) -> tuple[int, int]:
    return (usage.input_tokens, usage.output_tokens) if usage else (0, 0)


def _whole_count(count: object) -> int | None:
    """A count as a whole number, at most `MOST`, or None: 7.0 is a count; true, "7", NaN and -7 are not."""
    if isinstance(count, bool) or not isinstance(count, (int, float)) or not count >= 0:
        return None
    return int(min(count, MOST)) if isinstance(count, int) or count.is_integer() else None


def _detail(report: Mapping[str, Any], name: str, detail: str) -> int:
    """A count among the details of a report, whatever service tier it is prefixed with; 0 where it is none."""
    details = report.get(name)
    counts = details.items() if isinstance(details, Mapping) else ()
    return max((_whole_count(count) or 0 for key, count in counts if str(key).endswith(detail)), default=0)


def _call_note(offer: Offer, used: int, told: str | None, *, unknown: bool, doubted: bool) -> str | None:
    """The note on one call: the offer's own, what was done to its answer, and why the counts are not as reported."""
    notes = [each for each in (offer.note, told) if each]
    if used > offer.tokens:
        notes.append(f"{used} tokens were reported and {offer.tokens} reserved; these count as spent")
    if unknown:
        why = "the usage that was reported cannot be right" if doubted else "no usage was reported"
        notes.append(f"{why}; the reservation counts as spent")
    return "; ".join(notes) or None
