"""Plan an investigation: choose the workers by the names and questions of a message."""

import re
from collections.abc import Callable
from textwrap import shorten
from typing import Any

from bank.clerk.others import ENDING, ID
from bank.clerk.wishes import wish
from bank.knowledge import knowledge
from bank.responders.words import amounts
from baton.offline.transport import Request
from desk.text.names import names_in
from desk.text.requests import requests_in

MONEY = re.compile(
    r"\b(?:paid|pay(?:ing|ments?)?|charged?|fees?|refund(?:ed|s)?|transactions?|transfer(?:red|s)?|top(?:ped)?[ -]?ups?"
    r"|withdr[ae]w\w*|debited|billed|took|taken|sent|twice|declined|pending|dispute)\b",
    re.IGNORECASE,
)
OWN = re.compile(r"\b(?:i|me|my|mine|we|our)\b", re.IGNORECASE)
CARD = re.compile(
    r"\bmy (?:\w+ )?cards?\b.{0,30}\b(?:frozen|blocked|active|expired|declined|limit|work(?:s|ing)?)\b", re.IGNORECASE
)
ACCOUNT = re.compile(r"\bbalance\b|\bmy (?:\w+ )?accounts?\b", re.IGNORECASE)
ROOM, LONGEST = 2_000, 300  # characters of all questions, and of one: a model's answer has a cap too
CARD_WISHES = ("freeze_card", "reissue_card", "change_limit")
Data = dict[str, Any]


def plan(request: Request) -> Data:
    """Return a `Plan` from the data `message`, `workers`, `customer_is_known` and `most`."""
    data = request.data
    requests, most = requests_in(str(data.get("message", "")), knowledge()), int(data.get("most", 1))
    looks = LOOKS if data.get("customer_is_known") else {}
    parts_of = {
        name: [part for part in requests if fits(part)] for name, fits in looks.items() if name in data["workers"]
    }
    subtasks = list[Data]()
    room = min(LONGEST, ROOM // (most + 1))
    for worker, parts in [(name, parts) for name, parts in parts_of.items() if parts][: most - 1]:
        _add(subtasks, worker, _cut(" ".join(parts), room))
    payment_ids = [each["id"] for each in subtasks if each["worker"] == "transactions"]
    for part in requests[: most + 1 - len(subtasks)]:  # one too many: then the gate says that the cap was reached
        _add(subtasks, "policies", _cut(part, room), payment_ids if part in parts_of.get("transactions", []) else [])
    return {"subtasks": subtasks}


def _add(subtasks: list[Data], worker: str, question: str, needs: list[str] | None = None) -> None:
    subtasks.append({"id": f"t{len(subtasks) + 1}", "worker": worker, "question": question, "needs": needs or []})


def _cut(question: str, room: int) -> str:
    """Return a question cut to `room` characters; a worker reads the whole message too."""
    return shorten(question, room, placeholder="") or question[:room]


def _money(part: str) -> bool:
    """Return whether a request is about a past payment."""
    has_id = _names(part, "T")
    if wish(part) == "change_limit" and not has_id:
        return False
    if wish(part) in ("refund", "file_dispute"):
        return True
    sign = amounts(part) or MONEY.search(part)
    return has_id or bool(names_in(part) or (sign and OWN.search(part)))


def _card(part: str) -> bool:
    """Return whether a request is about a certain card."""
    has_name = ENDING.search(part) or _names(part, "K") or CARD.search(part)
    return bool(has_name) or wish(part) in CARD_WISHES


def _account(part: str) -> bool:
    """Return whether a request is about a certain account."""
    return _names(part, "A") or bool(ACCOUNT.search(part)) or wish(part) == "close_account"


def _names(part: str, initial: str) -> bool:
    """Return whether a request holds an id with this initial."""
    return any(each.upper().startswith(initial) for each in ID.findall(part))


LOOKS: dict[str, Callable[[str], bool]] = {"transactions": _money, "cards": _card, "account": _account}
"""The workers that look at a customer's own things, each with a test of its requests."""
