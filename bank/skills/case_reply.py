"""Close a case: a summary from the facts, a reply from the policies."""

from typing import Any

from bank.skills.passages import best, worded
from baton.offline.wire import Request


def case_reply(request: Request) -> dict[str, Any]:
    """A `CaseReply` from the data `case`, `facts` and `policies`."""
    made, facts = request.data["case"], list(request.data.get("facts", []))
    chosen = best(" ".join([made["request"], *made["merchants"]]), list(request.data.get("policies", [])))
    return {**worded(chosen), "summary": _summary(made), "facts_used": list(range(len(facts)))}


def _summary(made: dict[str, Any]) -> str:
    told = [
        ("amount", [f"GBP {amount}" for amount in made["amounts"]]),
        ("date", made["dates"]),
        ("with", made["merchants"]),
        ("card ending", made["cards"]),
        ("account", made["accounts"]),
    ]
    parts = [f"{word} {', '.join(values)}" for word, values in told if values]
    return f"The customer writes: {made['request'].rstrip('.')}{' (' + '; '.join(parts) + ')' if parts else ''}."
