"""Numbers, times and actions in words. Functions of values, for every command."""

import json
import time
from datetime import UTC, datetime

from baton.storage.records import ActionRequest, ApprovalRequest, RunSummary, Usage

SECOND_MS = 1000
SHORTEST_S = 10
REASON_WIDTH = 32  # of a cell
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
STYLES = {"done": "green", "waiting": "yellow", "running": "cyan", "queued": "cyan", "lost": "red"}


def iso_time(moment: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(moment: float) -> str:
    """Return how long ago Unix seconds are, in the largest unit."""
    seconds = max(0.0, time.time() - moment)
    name, size = next((unit for unit in UNITS if seconds >= unit[1]), UNITS[-1])
    return f"{int(seconds // size)} {name} ago"


def duration(latency_ms: float | None) -> str:
    """Return a duration in ms below a second, in s above."""
    if latency_ms is None:
        return "?"
    if latency_ms < SECOND_MS:
        return f"{latency_ms:.0f} ms"
    seconds = latency_ms / SECOND_MS
    return f"{seconds:.1f} s" if seconds < SHORTEST_S else f"{seconds:.0f} s"


def dollars(cost_usd: float | None) -> str:
    """Return a cost in words; `?` where the price is not known."""
    if cost_usd is None:
        return "?"
    return f"${cost_usd:.4f}" if cost_usd else "$0"


def token_count(number: int | None) -> str:
    """Return a number of tokens in words; `?` where a call reported none."""
    return "?" if number is None else f"{number:,}"


def usage_text(usage: Usage) -> str:
    """Return the tokens, the model calls and the cost of a run in words."""
    calls, total = usage["model_calls"], usage["input_tokens"] + usage["output_tokens"]
    return f"{total:,} tokens in {count_text(calls, 'model call')}, cost {dollars(usage['cost_usd'])}"


def count_text(number: int, noun: str) -> str:
    """Return a number with its noun: `1 run`, `1,200 runs`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shorten(text: str, width: int) -> str:
    """Return one line of at most `width` characters, cut between words where one ends in its second half."""
    line = " ".join(text.split())
    if len(line) <= width:
        return line
    cut = line[:width].rfind(" ")
    return f"{line[: cut if cut >= width // 2 else width - 1]}\u2026"


def status_style(status: str) -> str:
    """Return the colour of a status."""
    return STYLES.get(status, "red")


def outcome_of(run: RunSummary) -> str:
    """Return the outcome of a run that is done, else its status."""
    if run["status"] == "done":
        return str((run["output"] or {}).get("outcome") or "done")
    return str(run["status"]).replace("_", " ")


def urgent_first(run: RunSummary) -> bool:
    """Return the key that sorts urgent runs before others, and leaves each kind in its order."""
    return run["urgent"] is None


def urgent_cell(reason: str | None) -> tuple[str, str]:
    """Return the cell of a table that says why a run is urgent; blank for one that is not."""
    return shorten(reason or "", REASON_WIDTH), "bold red"


def action_text(request: ActionRequest) -> str:
    """Return an action request in words: `refund T00012 24.90`."""
    if request.get("description"):
        return str(request["description"])
    return " ".join([str(request["name"]), *(str(value) for value in request["args"].values())])


def question_text(asked: ApprovalRequest) -> str:
    """Return in words what a person is asked: the actions, or the value that a graph asks with."""
    if "value" in asked:
        value = asked["value"]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "; ".join(map(action_text, asked["action_requests"]))


def run_name(thread_id: str, run: int) -> str:
    """Return the name of a run: its thread, with its number where it is not the first one."""
    return thread_id if run == 1 else f"{thread_id} (run {run})"
