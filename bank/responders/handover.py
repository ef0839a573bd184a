"""Supervise: find the routes that a message touches, hand over to each once, the most urgent first, then finish."""

from typing import Any

from bank.clerk.wishes import ROUTES, wish
from bank.knowledge import knowledge
from bank.responders.requests import requests
from bank.responders.route_choice import gives_orders
from bank.responders.things import names_others
from baton.offline.transport import Request

SURE = 0.4  # of the route of one request among several
URGENT = "security"  # always first
FINISH, PERSON = "finish", "person"


def handover(request: Request) -> dict[str, Any]:
    """Return a `Handover` from the data `message`, `specialists` and `contributions`."""
    data = request.data
    message, contributions = str(data.get("message", "")), list(data.get("contributions", []))
    if gives_orders(message) or names_others(message):
        return _to(PERSON, "it gives the desk orders, or is about somebody else's things")
    fields = _fields(message, requests(request)["requests"], list(data.get("specialists", {})))
    routes = [each["specialist"] for each in contributions]
    for name, parts in fields.items():
        if name not in routes:
            return _to(name, f"the message speaks of {name}", parts)
    if any(each["reply"] for each in contributions):
        return _to(FINISH, "all that was asked has its answer")
    return _to(PERSON, "nothing fit to send was said" if contributions else "no specialist's field fits")


def _fields(message: str, parts: list[str], specialists: list[str]) -> dict[str, list[str]]:
    """Return the message's requests by specialist, the most urgent first; an empty list means the whole message."""
    fields = dict[str, list[str]]()
    for part in parts:
        route, confidence = _field(part)
        if confidence >= SURE and route in specialists:
            fields.setdefault(route, []).append(part)
    if len(fields) > 1:
        return dict(sorted(fields.items(), key=lambda each: each[0] != URGENT))
    whole = next(iter(fields), _field(message)[0])
    return {whole: []} if whole in specialists else {}


def _field(text: str) -> tuple[str, float]:
    """Return the route of a text with its confidence: that of a plain wish, else the trained router's."""
    if route_of_wish := ROUTES.get(wish(text) or ""):
        return route_of_wish, 1.0
    guess = knowledge().guess(text)
    return guess.route, guess.confidence


def _to(name: str, why: str, parts: list[str] | None = None) -> dict[str, Any]:
    return {"to": name, "parts": parts or [], "why": why}
