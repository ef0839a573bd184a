"""A run step by step, from its spans and model calls. Light on purpose, see `baton.config.home`."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baton.storage.transaction import Transaction

SPANS = "SELECT * FROM spans WHERE thread_id = ? AND run = ? ORDER BY span_id"
CALLS = "SELECT * FROM model_calls WHERE thread_id = ? AND run = ? ORDER BY rowid"
CALL = ("role", "model", "status", "input_tokens", "output_tokens", "cost_usd", "latency_ms", "error", "note")
SLEW_S = 1.0  # a clock that is kept right is set back by less, and then what ended first may have begun later
Attempt = tuple[str, str, int]  # step, task id and number


def steps(tx: "Transaction", thread_id: str, run: int) -> list[dict[str, Any]]:
    """Every step attempt of a run in the order in which they began; effects stand under the step that fired them.

    A step that has model calls and no span was cut off with its process: its status is `lost`.
    """
    calls: dict[Attempt, list[Any]] = {}
    for call in tx.execute(CALLS, (thread_id, run)).fetchall():
        calls.setdefault((call["step"], call["task_id"], call["attempt"]), []).append(call)
    rows: list[tuple[float, dict[str, Any]]] = []
    ended, set_back = 0.0, 0.0
    for span in tx.execute(SPANS, (thread_id, run)).fetchall():  # in the order in which they ended
        took = span["latency_ms"] / 1000
        behind = ended - (span["started_at"] + took + set_back)
        if behind > 0:  # the clock was set back on the way, which must not mix up the order; by how much, nobody knows
            set_back += behind + (took if behind > SLEW_S else 0)
        ended = max(ended, span["started_at"] + took + set_back)
        rows.append((span["started_at"] + set_back, _step(span, _made(span, calls))))
    rows += [(made[0]["started_at"], _lost(key, made)) for key, made in calls.items() if made]
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _made(span: Any, calls: dict[Attempt, list[Any]]) -> list[Any]:
    """Take out the model calls of one span: an attempt begun anew after a crash keeps its number, so time tells."""
    key = (span["step"], span["task_id"], span["attempt"])
    first, last = span["started_at"], span["started_at"] + span["latency_ms"] / 1000
    made = [call for call in calls.get(key, ()) if span["kind"] == "step" and first <= call["started_at"] <= last]
    calls[key] = [call for call in calls.get(key, ()) if call not in made]
    return made


def _step(span: Any, made: list[Any]) -> dict[str, Any]:
    """One span with the model calls that it made."""
    name = span["step"] + {"effect": "!", "budget": " (budget)"}.get(span["kind"], "")
    return {
        "step": name,
        "kind": span["kind"],
        "attempt": span["attempt"],
        "status": span["status"],
        "started_at": span["started_at"],
        "latency_ms": round(span["latency_ms"], 1),
        "input": _data(span["input"]),
        "output": _data(span["output"]),
        **_paid(made),
        "error": span["error"],
    }


def _lost(key: Attempt, made: list[Any]) -> dict[str, Any]:
    step, _, attempt = key
    row = {"step": step, "kind": "step", "attempt": attempt, "status": "lost", "started_at": made[0]["started_at"]}
    return {**row, "latency_ms": None, "input": None, "output": None, **_paid(made), "error": "the process ended here"}


def _paid(made: list[Any]) -> dict[str, Any]:
    """Tokens and cost of some calls; the cost is None where a price is not known."""
    costs = [call["cost_usd"] for call in made]
    return {
        "model": ", ".join(sorted({call["model"] for call in made})) or None,
        "model_calls": len(made),
        "input_tokens": _sum(made, "input_tokens"),
        "output_tokens": _sum(made, "output_tokens"),
        "cost_usd": None if None in costs else sum(costs),
        "note": "; ".join(call["note"] for call in made if call["note"]) or None,
        "calls": [{name: call[name] for name in CALL} for call in made],
    }


def _sum(made: list[Any], name: str) -> int | None:
    """Tokens of some calls; None where a call that was only counted did not say what it used."""
    if any(call["role"] == "counted" and call["status"] == "answered" and call[name] is None for call in made):
        return None
    return sum(call[name] or 0 for call in made)


def _data(text: str | None) -> Any:
    return None if text is None else json.loads(text)
