"""Close a case: a summary from the facts, a reply from the policies."""

from typing import Any

from bank.responders.passages import best, quote_reply
from baton.offline.transport import Request


def case_reply(request: Request) -> dict[str, Any]:
    """Return a `CaseReply` from the data `case`, `facts` and `policies`."""
    filed, facts = request.data["case"], list(request.data.get("facts", []))
    paragraphs = best(" ".join([filed["request"], *filed["names"]]), list(request.data.get("policies", [])))
    return {**quote_reply(paragraphs), "summary": _summary(filed), "facts_used": list(range(len(facts)))}


def _summary(filed: dict[str, Any]) -> str:
    fields = [
        ("amount", [f"GBP {amount}" for amount in filed["amounts"]]),
        ("date", filed["dates"]),
        ("with", filed["names"]),
        ("card ending", [each for each in filed["references"] if each.isdigit()]),
        ("account", [each for each in filed["references"] if not each.isdigit()]),
    ]
    parts = [f"{word} {', '.join(values)}" for word, values in fields if values]
    return f"The customer writes: {filed['request'].rstrip('.')}{' (' + '; '.join(parts) + ')' if parts else ''}."
