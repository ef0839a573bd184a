"""Find the customer's thing that a message means: by its id, its last digits, its merchant or its amount."""

import re
from typing import Any

from bank.clerk.clerk_view import KEYS
from bank.clerk.others import ids_in, says
from bank.responders.words import amounts, words

Data = dict[str, Any]
REFUNDABLE = ("card_payment", "cash_withdrawal", "fee")
OTHERS = re.compile(
    r"\b(?:his|her|their|wife's|husband's|partner's|flatmate's|friend's|mother's|mum's|father's|dad's|brother's|sister's"
    r"|son's|daughter's|neighbour's|colleague's|boss's)\s+(?:\w+\s+){0,2}(?:card|account|payment|limit)\b",
    re.IGNORECASE,
)


def names_only_own(message: str, customer: Data) -> bool:
    """Return whether every id and every card that a message names is the customer's own."""
    own = {each[key] for what, key in KEYS.items() for each in customer[what]}
    return ids_in(message) <= own | {each["last4"] for each in customer["cards"]} and not names_others(message)


def names_others(message: str) -> bool:
    """Return whether a message is about the card, account or payment of somebody else."""
    return bool(OTHERS.search(message.replace("\u2019", "'")))


def card_meant(message: str, customer: Data, statuses: tuple[str, ...]) -> Data | None:
    """Return the card that is named, else the only one with such a status, the physical one first."""
    matches = [each for each in customer["cards"] if says(message, each["card_id"], each["last4"])]
    if matches:
        return _only([each for each in matches if each["status"] in statuses])
    fitting = [each for each in customer["cards"] if each["status"] in statuses]
    return _only(fitting) or _only([each for each in fitting if each["kind"] == "physical"])


def account_meant(message: str, customer: Data) -> Data | None:
    """Return the open account that is named, else the only open one."""
    accounts = [each for each in customer["accounts"] if each["status"] == "open"]
    return _only([each for each in accounts if says(message, each["account_id"])] or accounts)


def transaction_meant(message: str, customer: Data) -> Data | None:
    """Return the transaction that is named, or that merchant and amount point to; of a double one the later."""
    payments = [each for each in customer["transactions"] if each["kind"] in REFUNDABLE]
    if matches := [each for each in payments if says(message, each["transaction_id"])]:
        return _only(matches)
    message_words, sums = set(words(message)), set(amounts(message))
    at_merchant = [each for each in payments if (name := set(words(each["merchant"]))) and name <= message_words]
    of_amount = [each for each in payments if each["amount"] in sums]
    candidates = (
        [each for each in at_merchant if each in of_amount] if at_merchant and sums else at_merchant or of_amount
    )
    if len({(each["merchant"], each["amount"]) for each in candidates}) != 1:
        return None
    latest: Data = max(candidates, key=lambda each: str(each["at"]))
    return latest


def _only(things: list[Data]) -> Data | None:
    return things[0] if len(things) == 1 else None
