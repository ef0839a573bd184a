"""Choose a route as a second opinion: sentence by sentence, from three views together."""

import re
from typing import Any

from bank.clerk.wishes import ROUTES, wish
from bank.knowledge import knowledge
from bank.responders.things import names_others
from bank.responders.words import sentences
from baton.offline.transport import Request
from desk.records import OTHER

FEWEST_WORDS = 3  # of a sentence that counts by itself
SURE = 0.5  # a sentence's route counts as the customer's from here on
FLOOR = 0.002  # no view alone rules a route out
WISHED = 30.0  # how much likelier a route is for a wish that it deals with
ALIKE = 0.6  # the views read the same words, so their odds count less; by cross-validation on the desk's examples
MOST = 0.97
ORDERS = re.compile(  # a message that gives the desk orders is for a person
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules?|prompts?|polic(?:y|ies))\b"
    r"|\b(?:system prompt|developer mode|admin(?:istrator)? mode|you are now)\b",
    re.IGNORECASE,
)
Shares = dict[str, float]


def route_choice(request: Request) -> dict[str, Any]:
    """Return a `RouteChoice` from the data `message` and `routes`; the three views' agreement is the confidence."""
    message, routes = str(request.data.get("message", "")), list(request.data.get("routes", {}))
    if OTHER in routes and (gives_orders(message) or names_others(message)):
        return _choice(
            OTHER, MOST, "it gives the desk orders, or is about somebody else's things; a person should look"
        )
    shares = _together(message, routes)
    route = max(routes, key=lambda name: shares[name])
    return _choice(
        route, min(shares[route], MOST), f"its sentences, its words and its nearest examples speak for {route}"
    )


def gives_orders(message: str) -> bool:
    """Return whether a message gives the desk's system orders instead of asking for something."""
    return bool(ORDERS.search(message))


def _together(message: str, routes: list[str]) -> Shares:
    """Return the routes' shares: trained router times nearest examples times the wish, over the decisive sentences."""
    route_wish, parts = ROUTES.get(wish(message) or ""), _decisive_parts(message)
    shares = dict.fromkeys(routes, 0.0)
    for part in parts:
        probabilities, near = knowledge().probabilities(part), knowledge().router.votes(part)
        views = {name: (probabilities.get(name, 0.0) + FLOOR) * (near.get(name, 0.0) + FLOOR) for name in routes}
        total = sum(views.values())
        shares = {name: shares[name] + views[name] / total / len(parts) for name in routes}
    weaker = {name: share**ALIKE * (WISHED if name == route_wish else 1.0) for name, share in shares.items()}
    total = sum(weaker.values())
    return {name: share / total for name, share in weaker.items()}


def _decisive_parts(message: str) -> list[str]:
    """Return the sentence with the surest route, and each that surely has another one."""
    parts = [part for part in sentences(message) if len(part.split()) >= FEWEST_WORDS]
    guesses = {part: knowledge().guess(part) for part in dict.fromkeys([message, *parts])}
    about = {part: guess for part, guess in guesses.items() if guess.route != OTHER} or guesses
    best = max(about, key=lambda part: about[part].confidence)
    others = [part for part, guess in about.items() if guess.route != about[best].route and guess.confidence >= SURE]
    return [best, *others]


def _choice(route: str, confidence: float, reason: str) -> dict[str, Any]:
    return {"route": route, "confidence": round(confidence, 4), "reason": reason}
