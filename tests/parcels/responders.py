"""What the offline model answers for the parcel desk: one function per record, computed from the request's data."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from baton.offline.transport import Request, Responder
from desk.records import OTHER, POLICIES
from desk.text.dates import DATE
from tests.parcels.business import knowledge
from tests.parcels.drafting import ASKS, OPENING, best, drafted, proposal, sentences, separate, wish, worded, words
from tests.parcels.looking import MISUSE
from tests.parcels.service import ID, READER

Data = dict[str, Any]
PARCEL = re.compile(r"\b(?:P\d{3}|my (?:\w+ )?(?:parcel|package))\b", re.IGNORECASE)
SURE = 0.6
MOST_WORDS = 90


def message_of(request: Request) -> str:
    """Return the message that a request is about."""
    return str(request.data.get("message", ""))


def draft(request: Request) -> Data:
    """A `Draft`, a revised one, or one that sums up an investigation."""
    told = [f"We see these {each['summary']}." for each in request.data.get("findings", []) if each["rows"]]
    return drafted(message_of(request), dict(request.data), *told)


def answer_review(request: Request) -> Data:
    """An `AnswerReview`: the questions with which the replies share no word beside the policies' own, if any."""
    said = words(" ".join(request.data["replies"]))
    asked = [each for each in sentences(message_of(request)) if ASKS.search(each)]
    open_ones = [each for each in asked if not words(each) & said and not request.data["actions"]]
    return {"open": open_ones, "confidence": 0.9}


def confirmation(request: Request) -> Data:
    """A `Confirmation`: yes to all where the message comes to the same action, or tells of misuse that it stops."""
    message, data = message_of(request), request.data
    asks = proposal(message, data["customer"], [data["action"]["name"]]) or MISUSE.search(message)
    points = dict.fromkeys(("asked", "this_thing", "now", "whole"), "yes" if asks else "unsure")
    return {**points, "reason": "the message comes to this action" if asks else "it may be meant otherwise"}


def route_choice(request: Request) -> Data:
    """A `RouteChoice`: what the router says, and more sure of it where the route's definition shares words."""
    message, routes = message_of(request), request.data["routes"]
    shares = {name: share for name, share in knowledge().probabilities(message).items() if name in routes}
    fits = {name: share * (1 + len(words(message) & words(routes[name]))) for name, share in shares.items()}
    route = max(fits, key=lambda name: fits[name])
    return {"route": route, "confidence": fits[route] / sum(fits.values()), "reason": "its words fit best"}


def single_answer(request: Request) -> Data:
    """A `SingleAnswer`."""
    chosen, found = route_choice(request), best(message_of(request), list(request.data["policies"]))
    answered = bool(found) and chosen["route"] != OTHER and wish(message_of(request)) is None
    said = worded(found) if answered else {"reply": f"{OPENING} A colleague will look.", "citations": []}
    return {**said, **chosen, "outcome": "answered" if answered else "escalated"}


def facts(request: Request) -> Data:
    """A `Facts`: amounts, days, parcels, senders, and the last sentence that asks."""
    message, found = message_of(request), list[Data]()
    for kind, pattern in (("amount", READER.sums), ("date", DATE), ("reference", ID)):
        found += [{"kind": kind, "quote": each.group()} for each in pattern.finditer(message)]
    found += [{"kind": "name", "quote": each} for each in READER.names(message) if not ID.match(each)]
    said = sentences(message)
    asking = next((each for each in reversed(said) if ASKS.search(each)), said[-1])
    return {"facts": [*found, {"kind": "request", "quote": asking}]}


def case(request: Request) -> Data:
    """A `Case` from `facts` and `today`."""
    today = date.fromisoformat(request.data["today"])
    quotes: dict[str, list[str]] = {}
    for fact in request.data["facts"]:
        quotes.setdefault(fact["kind"], []).append(fact["quote"])
    amounts = [amount for quote in quotes.get("amount", []) for amount in READER.amounts_meant(quote)]
    days = [day for quote in quotes.get("date", []) for day in READER.days_meant(quote, today)[:1]]
    return {
        "request": " ".join(quotes["request"]),
        "amounts": [f"{amount:.2f}" for amount in amounts if amount > 0],
        "dates": [day.isoformat() for day in dict.fromkeys(days)],
        "names": quotes.get("name", []),
        "references": quotes.get("reference", []),
    }


def case_reply(request: Request) -> Data:
    """A `CaseReply` from `case`, `facts` and `policies`."""
    asked = request.data["case"]["request"]
    used = list(range(len(request.data["facts"])))
    return {**worded(best(asked, request.data["policies"])), "summary": f"Asked is: {asked}", "facts_used": used}


def evaluation(request: Request) -> Data:
    """An `Evaluation`: each criterion of `criteria.toml` by its name."""
    marks = []
    for each in request.data["criteria"]:
        met, reason = CRITERIA[each["name"]](request.data)
        marks.append({"number": each["number"], "met": met, "reason": "it is met" if met else reason})
    return {"marks": marks}


def _answers(data: Data) -> tuple[bool, str]:
    wanted = best(data["message"], data["policies"])
    met = all(words(each["text"]) <= words(data["draft"]["reply"]) for each in wanted)
    return met, f"say what the policy says: {wanted[0]['text'] if wanted else ''}"


def _grounded(data: Data) -> tuple[bool, str]:
    reply, action = data["draft"]["reply"], data["draft"]["action"] or {}
    cited = [each["text"] for each in data["policies"] if each["id"] in data["draft"]["citations"]]
    grounds = " ".join([data["message"], *cited, f"EUR {action.get('amount', 0)}"])
    return bool(cited) and READER.amounts(reply) <= READER.amounts(grounds), "cite a policy for every amount"


def _short(data: Data) -> tuple[bool, str]:
    return len(data["draft"]["reply"].split()) <= MOST_WORDS, f"use at most {MOST_WORDS} words"


CRITERIA: dict[str, Callable[[Data], tuple[bool, str]]] = {"answers": _answers, "grounded": _grounded, "short": _short}


def requests(request: Request) -> Data:
    """A `Requests`."""
    return {"requests": separate(message_of(request))}


def handover(request: Request) -> Data:
    """A `Handover`: each field that the message touches once, then the end."""
    data, message = request.data, message_of(request)
    spoken, fields = {each["specialist"] for each in data["contributions"]}, dict[str, list[str]]()
    for part in separate(message):
        fields.setdefault(knowledge().guess(part).route, []).append(part)
    for name in (each for each in fields if each in data["specialists"] and each not in spoken):
        return {"to": name, "parts": fields[name] if len(fields) > 1 else [], "why": f"it touches {name}"}
    answered = any(each["reply"] for each in data["contributions"])
    why = "all that was asked has its answer" if answered else "nobody has an answer"
    return {"to": "finish" if answered else "person", "parts": [], "why": why}


def move(request: Request) -> Data:
    """A `Move`: search, look at the customer's parcels where one is meant, then finish or give up."""
    data, message = request.data, message_of(request)
    made = {each["call"]["name"]: each for each in data["seen"]}
    if data["steps_left"] > 0 and "search_policies" not in made:
        return {"why": "no policy was seen yet", "step": {"name": "search_policies", "query": message[:400]}}
    looks = data["customer_known"] and (PARCEL.search(message) or wish(message))
    if data["steps_left"] > 0 and looks and "list_parcels" not in made:
        return {"why": "it is about a parcel of theirs", "step": {"name": "list_parcels", "status": None}}
    if not data["policies"]:
        return {"why": "there is no policy", "step": {"name": "give_up", "reason": "no policy was found"}}
    customer = {"parcels": made["list_parcels"]["rows"]} if "list_parcels" in made else None
    said = drafted(message, {**data, "customer": customer})
    return {"why": "it is known", "step": {"name": "finish", "draft": said}}


def plan(request: Request) -> Data:
    """A `Plan`: the parcels first where some are meant, and each request to the policies."""
    data, message = request.data, message_of(request)
    looks = data["customer_is_known"] and PARCEL.search(message)
    subtasks = [{"id": "t1", "worker": "parcels", "question": message[:300], "needs": []}] if looks else []
    for part in separate(message)[: data["most"] - len(subtasks)]:
        subtasks.append({"id": f"t{len(subtasks) + 1}", "worker": POLICIES, "question": part[:300], "needs": []})
    return {"subtasks": subtasks}


def vote(request: Request) -> Data:
    """A `Vote` from `view` and what that view is given."""
    answer, reason = VIEWS[request.data["view"]](message_of(request), request.data)
    return {"view": request.data["view"], "answer": answer, "reason": reason}


def _words(message: str, _data: Data) -> tuple[str, str]:
    found = MISUSE.search(message)
    return ("yes", f"it says {found.group()!r}") if found else ("no", "it tells of no misuse")


def _parcels(message: str, data: Data) -> tuple[str, str]:
    if data.get("customer") is None:
        return "unsure", "it is not known who asks"
    redirected = [each["parcel_id"] for each in data["customer"]["parcels"] if each["status"] == "redirected"]
    return ("yes", f"redirected: {', '.join(redirected)}") if redirected else ("no", "no parcel is redirected")


def _examples(_message: str, data: Data) -> tuple[str, str]:
    share = sum(part for topic, part in data.get("topics", {}).items() if topic.startswith("safety/"))
    answer = "yes" if share >= SURE else "no" if share <= 1 - SURE else "unsure"
    return answer, f"{share:.0%} of what it resembles is about safety"


VIEWS: dict[str, Callable[[str, Data], tuple[str, str]]] = {
    "words": _words,
    "parcels": _parcels,
    "examples": _examples,
}

RESPONDERS: Mapping[str, Responder] = {
    "AnswerReview": answer_review,
    "Case": case,
    "CaseReply": case_reply,
    "Confirmation": confirmation,
    "Draft": draft,
    "Evaluation": evaluation,
    "Facts": facts,
    "Handover": handover,
    "Move": move,
    "Plan": plan,
    "Requests": requests,
    "RouteChoice": route_choice,
    "SingleAnswer": single_answer,
    "Vote": vote,
}
