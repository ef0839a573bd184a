"""A run step by step, from its spans and model calls. Light on purpose, see `baton.config.home`."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from baton.storage.records import ModelCall, StepAttempt, StepUsage

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction

SLEW_S = 1.0  # a clock that is kept right is set back by less, and then what ended first may have begun later
SUFFIXES = {"effect": "!", "budget": " (budget)"}  # of the step's name, by the kind of span
AttemptKey = tuple[str, str, int]
"""The key of an attempt in its run: step, task id and number."""


class Span(NamedTuple):
    """A span as it was recorded; `input` and `output` are JSON text, `started_at` is Unix seconds."""

    step: str
    task_id: str
    attempt: int
    kind: str
    status: str
    started_at: float
    latency_ms: float
    input: str | None
    output: str | None
    error: str | None

    @property
    def end(self) -> float:
        """When it ended, in Unix seconds of the clock by which it began."""
        return self.started_at + self.latency_ms / 1000


class Call(NamedTuple):
    """A model call as it was recorded; `started_at` is Unix seconds."""

    step: str
    task_id: str
    attempt: int
    started_at: float
    role: str
    model: str
    status: str
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    latency_ms: float | None
    error: str | None
    note: str | None


SPANS = f"SELECT {', '.join(Span._fields)} FROM spans WHERE thread_id = ? AND run = ? ORDER BY span_id"
CALLS = f"SELECT {', '.join(Call._fields)} FROM model_calls WHERE thread_id = ? AND run = ? ORDER BY rowid"


def steps(tx: "Transaction", thread_id: str, run: int) -> list[StepAttempt]:
    """Return every step attempt of a run in the order in which they began; effects stand under their step.

    A step that has model calls and no span was cut off with its process: its status is `lost`.
    """
    calls: dict[AttemptKey, list[Call]] = {}
    for call in (Call(*row) for row in tx.execute(CALLS, (thread_id, run)).fetchall()):
        calls.setdefault(call[:3], []).append(call)
    spans = [Span(*row) for row in tx.execute(SPANS, (thread_id, run)).fetchall()]  # in the order in which they ended
    attempts = [
        (started, _attempt(span, _take_calls(span, calls)))
        for span, started in zip(spans, _true_starts(spans), strict=True)
    ]
    attempts += [(left[0].started_at, _attempt_without_span(left)) for left in calls.values() if left]
    return [attempt for _, attempt in sorted(attempts, key=lambda each: each[0])]


def _true_starts(spans: Sequence[Span]) -> list[float]:
    """When each span began on a clock that is never set back, given in the order in which they ended.

    Where the clock was set back on the way, which must not mix up the order, nobody knows by how much.
    """
    starts: list[float] = []
    ended, set_back = 0.0, 0.0
    for span in spans:
        behind = ended - (span.end + set_back)
        if behind > 0:
            set_back += behind + (span.latency_ms / 1000 if behind > SLEW_S else 0)
        ended = max(ended, span.end + set_back)
        starts.append(span.started_at + set_back)
    return starts


def _take_calls(span: Span, calls: dict[AttemptKey, list[Call]]) -> list[Call]:
    """Take the model calls of one span out of `calls` and return them.

    An attempt that began anew after a crash keeps its number, so the time tells which calls are its own.
    """
    if span.kind != "step":
        return []
    own: list[Call] = []
    others: list[Call] = []
    for call in calls.get(span[:3], ()):
        (own if span.started_at <= call.started_at <= span.end else others).append(call)
    calls[span[:3]] = others
    return own


def _attempt(span: Span, calls: list[Call]) -> StepAttempt:
    return {
        "step": span.step + SUFFIXES.get(span.kind, ""),
        "kind": span.kind,
        "attempt": span.attempt,
        "status": span.status,
        "started_at": span.started_at,
        "latency_ms": round(span.latency_ms, 1),
        "input": _data(span.input),
        "output": _data(span.output),
        **_usage(calls),
        "error": span.error,
    }


def _attempt_without_span(calls: list[Call]) -> StepAttempt:
    return {
        "step": calls[0].step,
        "kind": "step",
        "attempt": calls[0].attempt,
        "status": "lost",
        "started_at": calls[0].started_at,
        "latency_ms": None,
        "input": None,
        "output": None,
        **_usage(calls),
        "error": "the process ended here",
    }


def _usage(calls: list[Call]) -> StepUsage:
    """Tokens and cost of some calls; the cost is None where a price is not known."""
    costs = [call.cost_usd for call in calls]
    return {
        "model": ", ".join(sorted({call.model for call in calls})) or None,
        "model_calls": len(calls),
        "input_tokens": _sum(calls, [call.input_tokens for call in calls]),
        "output_tokens": _sum(calls, [call.output_tokens for call in calls]),
        "cost_usd": sum(cost for cost in costs if cost is not None) if None not in costs else None,
        "note": "; ".join(call.note for call in calls if call.note) or None,
        "calls": [_model_call(call) for call in calls],
    }


def _model_call(call: Call) -> ModelCall:
    return {
        "role": call.role,
        "model": call.model,
        "status": call.status,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "cost_usd": call.cost_usd,
        "latency_ms": call.latency_ms,
        "error": call.error,
        "note": call.note,
    }


def _sum(calls: list[Call], tokens: list[int | None]) -> int | None:
    """The tokens of some calls; None where a call that was only counted did not say what it used."""
    pairs = zip(calls, tokens, strict=True)
    if any(call.role == "counted" and call.status == "answered" and number is None for call, number in pairs):
        return None
    return sum(number or 0 for number in tokens)


def _data(text: str | None) -> Any:
    return None if text is None else json.loads(text)
