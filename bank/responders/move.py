"""Choose an agent's next step from the message and the results so far: search, look at own things, then answer."""

import re
from typing import Any

from bank.clerk.others import ENDING, ID
from bank.clerk.wishes import wish
from bank.responders.draft import TOPICS, make_draft
from bank.responders.passages import best
from bank.responders.route_choice import gives_orders
from bank.responders.things import account_meant, names_others, transaction_meant
from bank.responders.words import amounts, sentences, words
from baton.offline.transport import Request
from desk.text.names import names_in

Data = dict[str, Any]
LONGEST = 400  # characters of a query
DAYS = 400  # how far back to look for a payment
PAID = re.compile(
    r"\b(?:payments?|paid|charged?|taken|took|bought|transactions?|refund(?:ed)?|withdrawal|fee)\b", re.IGNORECASE
)
MINE = re.compile(r"\b(?:i|me|my|mine)\b", re.IGNORECASE)
BALANCE = re.compile(
    r"\bmy (?:\w+ )?balance\b|\bhow much (?:money )?(?:do i have|have i got|is (?:in|on) my)\b", re.IGNORECASE
)
ASKS = re.compile(r"\?|\b(?:please|want|need|how|why|when|where|can|could)\b", re.IGNORECASE)
TOOLS = {
    "refund": "list_transactions",
    "file_dispute": "list_transactions",
    "freeze_card": "list_cards",
    "reissue_card": "list_cards",
    "change_limit": "list_cards",
    "close_account": "list_accounts",
}
"""The tool that must be used before an action can be proposed."""
OWNERS = {"T": "list_transactions", "K": "list_cards", "A": "list_accounts"}
"""The first letter of an id, with the tool that lists such things."""


def move(request: Request) -> Data:
    """Return a `Move` from `message`, `route`, `customer_known`, `seen`, `policies`, `actions` and `steps_left`."""
    data = request.data
    message, policies = str(data.get("message", "")), list(data.get("policies", []))
    if gives_orders(message) or names_others(message):
        return _give_up("it gives the desk orders, or is about somebody else's things")
    call = _next_call(message, data, policies)
    if call is not None and data.get("steps_left", 0) > 0:
        return {"why": "this was not looked at yet", "step": call}
    if not _shared_words(message, policies):
        return _give_up("no policy that was found answers it")
    customer = _customer(data) if data.get("customer_known") else None
    draft = make_draft(message, policies, customer, list(data.get("actions", [])), lines=_own_lines(message, customer))
    return {"why": "what was found answers it", "step": {"name": "finish", "draft": draft}}


def _next_call(message: str, data: Data, policies: list[Data]) -> Data | None:
    """Return the next tool call; None where all that could help was seen."""
    results = list(data.get("seen", []))
    calls = [each["call"]["name"] for each in results]
    if "search_policies" not in calls:
        return _search_call(message)
    for name in _tools_for(message) if data.get("customer_known") else []:
        if name not in calls:
            return _list_call(name, next(iter(names_in(message)), None))
    if calls.count("list_transactions") == 1 and _lacks_merchant(results):
        return _list_call("list_transactions", None)
    again = _other_query(message, str(data.get("route", "")))
    fits = _shared_words(message, policies) >= min(2, len(set(words(message))))
    return _search_call(again) if calls.count("search_policies") == 1 and not fits and again != message else None


def _tools_for(message: str) -> list[str]:
    """Return the tools for the message's wish, question and ids, each once."""
    tools = [TOOLS[name] for name in [wish(message)] if name]
    tools += [OWNERS[name[0].upper()] for name in ID.findall(message) if name[0].upper() in OWNERS]
    tools += ["list_cards"] if ENDING.search(message) else []
    tools += ["list_accounts"] if BALANCE.search(message) else []
    of_payment = PAID.search(message) and MINE.search(message) and (amounts(message) or names_in(message))
    return list(dict.fromkeys([*tools, *(["list_transactions"] if of_payment else [])]))


def _lacks_merchant(results: list[Data]) -> bool:
    """Return whether a call for the payments to a merchant gave no rows."""
    return any(each["call"].get("merchant") and not each["rows"] for each in results)


def _shared_words(message: str, policies: list[Data]) -> int:
    """Return how many of the message's words the best passage holds."""
    query = f"{message} {TOPICS.get(wish(message) or '', '')}"
    paragraphs = best(query, policies)
    return len(set(words(query)) & paragraphs[0].own_words) if paragraphs else 0


def _other_query(message: str, route: str) -> str:
    """Return another query for the same: the words of the action, or of the sentence that asks, with the route's."""
    asking = next((part for part in sentences(message) if ASKS.search(part)), message)
    return f"{route.replace('_', ' ')} {TOPICS.get(wish(message) or '', asking)}"


def _customer(data: Data) -> Data:
    """Return the customer's things that were looked at."""
    results = list(data.get("seen", []))
    return {name: _rows(results, f"list_{name}") for name in ("cards", "accounts", "transactions")}


def _rows(results: list[Data], name: str) -> list[Data]:
    rows = [row for each in results if each["call"]["name"] == name for row in each["rows"]]
    return [row for at, row in enumerate(rows) if row not in rows[:at]]


def _own_lines(message: str, customer: Data | None) -> list[str]:
    """Return sentences in which the customer's own rows answer the question."""
    if customer is None:
        return []
    if BALANCE.search(message) and (account := account_meant(message, customer)):
        return [f"Your account {account['account_id']} holds {account['currency']} {account['balance']}."]
    if not wish(message) and (payment := transaction_meant(message, customer)):
        day = payment["at"][:10]
        return [f"Your payment of GBP {payment['amount']} to {payment['merchant']} on {day} is {payment['status']}."]
    return []


def _search_call(query: str) -> Data:
    return {"name": "search_policies", "query": " ".join(query.split())[:LONGEST] or "?"}


def _list_call(name: str, merchant: str | None) -> Data:
    return {"name": name, **({"merchant": merchant, "days": DAYS} if name == "list_transactions" else {})}


def _give_up(reason: str) -> Data:
    return {"why": reason, "step": {"name": "give_up", "reason": reason}}
