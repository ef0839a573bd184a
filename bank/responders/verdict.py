"""Judge a reply: three of the checks of a draft, over what the desk knows; a stand-in for a judge that can read."""

from typing import Any

from bank.responders.evaluation import check_answers, check_grounds, check_honest
from baton.offline.transport import Request
from desk.records import customer_values, values_of

COUNTS = {"done", "proposed"}
"""The states of actions that a reply may speak of as done."""


def verdict(request: Request) -> dict[str, Any]:
    """Return a `Verdict` from the data `message`, `policies`, `customer`, `actions`, `citations` and `reply`.

    It sees whether the reply repeats the statements that bear on each question, whether each sum and period has a
    source, and whether an action stands behind what it promises. It does not understand a word of it.
    """
    data = request.data
    acts = [each for each in data["actions"] if each["status"] in COUNTS]
    action = {str(number): value for number, value in enumerate(values_of(each["args"] for each in acts))}
    draft = {"reply": data["reply"], "citations": data["citations"], "action": action if acts else None}
    seen = {"message": data["message"], "policies": data["policies"], "draft": draft}
    known = {
        **seen,
        "message": " ".join([data["message"], *(f"GBP {each}" for each in customer_values(data["customer"]))]),
    }
    fault = (None if acts else check_answers(seen)) or check_grounds(known) or check_honest(seen)
    return {"verdict": "fail" if fault else "pass", "reason": fault or "it answers, and rests on what it cites"}
