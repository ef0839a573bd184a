"""Vote on a fraud from one view: the words, the payments, similar examples, explanations, the manner."""

from collections.abc import Callable
from typing import Any

from bank.clerk.wishes import wish
from bank.responders.fraud import ALARM, ASKING, AT_HAND, ELSEWHERE, INNOCENT, allegation
from bank.responders.things import transaction_meant
from bank.responders.words import amounts
from baton.offline.transport import Request

Data = dict[str, Any]
Ballot = tuple[str, str]  # the answer and its reason
SHORT, SHOUTED = 2, 2  # letters of words, and words in capitals, that mean nothing: TV, PIN
TOLD = 5  # words of the shortest report
REGULAR = 2  # payments at a place from which on it is one that the customer goes to
SURE = 0.6  # of the topics' shares, for either side
MISUSE = {  # how much of a topic's messages tell of misuse by others
    "security/card_payment_not_recognised": 1.0,
    "security/cash_withdrawal_not_recognised": 1.0,
    "security/compromised_card": 1.0,
    "security/direct_debit_payment_not_recognised": 1.0,
    "security/lost_or_stolen_card": 0.6,
    "security/stories": 0.8,
    "security/freeze_my_card": 0.6,
}


def vote(request: Request) -> dict[str, Any]:
    """Return a `Vote` from the data `message`, `view` and the view's own data (`customer`, `topics`)."""
    data = {**request.data, "message": str(request.data.get("message", "")).replace("\u2019", "'")}
    view = str(data.get("view", ""))
    answer, reason = VIEWS[view](data) if view in VIEWS else ("unsure", "this view cannot be taken offline")
    return {"view": view, "answer": answer, "reason": reason}


def _words(data: Data) -> Ballot:
    claim, innocent = allegation(data["message"]), INNOCENT.search(data["message"])
    if claim is None:
        return "no", "nothing is contested and nothing was taken"
    if innocent:
        return "unsure", f"it says {claim!r}, and {innocent.group()!r}"
    return "yes", f"it says {claim!r}"


def _payments(data: Data) -> Ballot:
    message, customer = data["message"], data.get("customer")
    if allegation(message) is None:
        return "no", "no payment is contested"
    if customer is None:
        return "unsure", "it is not known who asks"
    if (payment := transaction_meant(message, customer)) is None:
        return _missing_payment(message, customer)
    there = [each["amount"] for each in customer["transactions"] if each["merchant"] == payment["merchant"]]
    times = sum(amount != payment["amount"] for amount in there)
    if times >= REGULAR:
        return "no", f"the customer paid {payment['merchant']} {times} other times"
    return "yes", f"{payment['merchant']} {payment['amount']} stands alone"


def _missing_payment(message: str, customer: Data) -> Ballot:
    """Return the ballot on a contested payment that is not clearly in the list."""
    if amounts(message) and not {each["amount"] for each in customer["transactions"]} & set(amounts(message)):
        return "unsure", "no payment of that amount is in the list"
    return "unsure", "no single payment in the list is meant"


def _examples(data: Data) -> Ballot:
    topics: dict[str, float] = data.get("topics", {})
    misuse = sum(share * MISUSE.get(topic, 0.0) for topic, share in topics.items())
    if misuse >= SURE:
        return "yes", f"{misuse:.0%} of what it resembles is misuse by others"
    if misuse <= 1 - SURE:
        return "no", f"only {misuse:.0%} of what it resembles is misuse by others"
    return "unsure", f"{misuse:.0%} of what it resembles is misuse by others"


def _sceptic(data: Data) -> Ballot:
    if innocent := INNOCENT.search(data["message"]):
        return "no", f"{innocent.group()!r} may explain it"
    claim = allegation(data["message"])
    return ("yes", f"nothing explains {claim!r}") if claim else ("no", "there is nothing to explain")


def _manner(data: Data) -> Ballot:
    message = data["message"]
    capitals = sum(word.isupper() and len(word) > SHORT for word in message.split())
    if (alarm := ALARM.search(message)) or capitals > SHOUTED:
        return "yes", f"alarm: {alarm.group() if alarm else 'it shouts'!r}"
    if ASKING.search(message):
        return "no", "it asks, as one does of a shop or a setting"
    if len(message.split()) < TOLD:
        return "unsure", "it says too little"
    return "yes", "it reports what has happened, and asks for nothing"


def _whereabouts(data: Data) -> Ballot:
    message = data["message"]
    away, near = ELSEWHERE.search(message), AT_HAND.search(message)
    if away and not near:
        return "yes", f"it could not be the customer: {away.group()!r}"
    if near and not away:
        return "no", f"it stayed close: {near.group()!r}"
    return "unsure", "nothing is plainly said of who had what"


def _wish(data: Data) -> Ballot:
    name_of_wish = wish(data["message"])
    if name_of_wish in ("freeze_card", "file_dispute"):
        return "yes", f"it asks for {name_of_wish}"
    if name_of_wish is None and allegation(data["message"]):
        return "unsure", "it asks for nothing plainly"
    return "no", "it asks for nothing against a thief"


VIEWS: dict[str, Callable[[Data], Ballot]] = {
    "words": _words,
    "payments": _payments,
    "examples": _examples,
    "sceptic": _sceptic,
    "manner": _manner,
    "whereabouts": _whereabouts,
    "wish": _wish,
}
