"""Close a case: a summary from the facts, a reply from the policies."""

from typing import Any

from bank.responders.passages import best, worded
from baton.offline.transport import Request


def case_reply(request: Request) -> dict[str, Any]:
    """A `CaseReply` from the data `case`, `facts` and `policies`."""
    made, facts = request.data["case"], list(request.data.get("facts", []))
    chosen = best(" ".join([made["request"], *made["names"]]), list(request.data.get("policies", [])))
    return {**worded(chosen), "summary": _summary(made), "facts_used": list(range(len(facts)))}


def _summary(made: dict[str, Any]) -> str:
    told = [
        ("amount", [f"GBP {amount}" for amount in made["amounts"]]),
        ("date", made["dates"]),
        ("with", made["names"]),
        ("card ending", [each for each in made["references"] if each.isdigit()]),
        ("account", [each for each in made["references"] if not each.isdigit()]),
    ]
    parts = [f"{word} {', '.join(values)}" for word, values in told if values]
    return f"The customer writes: {made['request'].rstrip('.')}{' (' + '; '.join(parts) + ')' if parts else ''}."
