"""The gate before an action: does the message itself ask for it, on this thing, now and whole? Each doubt is in words.

Code alone reads here, whatever model proposed the action: the words (`bank/clerk/wishes.py`), then the customer's own
cards, payments and accounts, of which exactly the action's must fit what the message says.
"""

import re
from decimal import Decimal

from bank.clerk.desk import the_bank
from bank.clerk.others import names_others, says
from bank.clerk.wishes import ACTS
from bank.ledger.actions import BankAction, ChangeLimit, CloseAccount, FileDispute, FreezeCard, Refund, ReissueCard
from bank.ledger.protocol import UnknownCustomer
from bank.ledger.records import Account, Card, Transaction
from bank.text.money import gbp_in
from desk.text.names import words_of
from desk.text.orders import doubt_of
from desk.text.quantities import amount_doubt, currency_doubt

POUNDS = r"£|\bgbp"
LOOKED_THROUGH = 500  # transactions
KINDS = {
    "virtual": re.compile(r"\bvirtual\b", re.IGNORECASE),
    "physical": re.compile(r"\b(?:physical|plastic)\b", re.IGNORECASE),
}
FROZEN = re.compile(r"\b(?:frozen|froze|unfreeze)\b", re.IGNORECASE)
EXPIRED = re.compile(r"\b(?:expire[sd]?|expiry|r[au]ns? out|out of date|no longer valid)\b", re.IGNORECASE)
FURTHER = re.compile(r"\b(?:spare|second|extra|additional|further|another)\s+(?:\w+\s+)?(?:card|one)\b", re.IGNORECASE)
TWICE = re.compile(
    r"\b(?:twice|double[d]?|duplicate[ds]?|two times|2 times|again|2x|x2|second|both|one of|once)\b", re.IGNORECASE
)
WORDS_OF_PAYMENTS = frozenset(
    "bill booking bookings card charge charged charges dispute double duplicate each fee fees for order payment"
    " payments purchase refund"
    " refunded ticket transaction transactions withdrawal".split()
)
"""Words that may follow the amount of a payment."""
NO_SUCH_CARD = "the message may mean another card"
NO_SUCH_PAYMENT = "the message may mean another payment"


async def doubt(action: BankAction, request: str, customer_id: str) -> str | None:
    """Return why the message may not ask for this action, on this thing, now and whole; None where it plainly does."""
    if found := doubt_of(request, ACTS[action.name]):
        return found
    if await names_others(request, customer_id):
        return "the message names what is not the customer's"
    return await _doubt_of_thing(action, request, customer_id)


async def _doubt_of_thing(action: BankAction, request: str, customer_id: str) -> str | None:
    bank = await the_bank()
    try:
        match action:
            case FreezeCard() | ReissueCard() | ChangeLimit():
                return card_doubt(action, request, await bank.cards(customer_id))
            case Refund() | FileDispute():
                return payment_doubt(action, request, await bank.transactions(customer_id, LOOKED_THROUGH))
            case CloseAccount():
                return account_doubt(action, request, await bank.accounts(customer_id))
    except UnknownCustomer as error:
        return str(error)


def card_doubt(action: FreezeCard | ReissueCard | ChangeLimit, request: str, cards: list[Card]) -> str | None:
    """Return the doubt whether the action's card, and its limit, are meant."""
    named = [each for each in cards if says(request, each.card_id, each.last4)]
    fitting = named or _by_kind(request, _by_status(action, request, cards))
    if [each.card_id for each in fitting] != [action.card_id]:
        return NO_SUCH_CARD
    if isinstance(action, ReissueCard) and FURTHER.search(request):
        return "the message may ask for a further card, not for one in place of the old"
    if isinstance(action, ChangeLimit):
        return amount_doubt(request, Decimal(action.daily_limit), sign=POUNDS)
    return None


def payment_doubt(action: Refund | FileDispute, request: str, transactions: list[Transaction]) -> str | None:
    """Return the doubt whether the action's payment is meant, and whether its amount is still owed."""
    payment = next((each for each in transactions if each.transaction_id == action.transaction_id), None)
    if payment is None:
        return NO_SUCH_PAYMENT
    alike = [each for each in transactions if (each.merchant, each.amount) == (payment.merchant, payment.amount)]
    if payment not in (fitting := payments_meant(request, transactions)) or not all(each in alike for each in fitting):
        return NO_SUCH_PAYMENT
    if others := gbp_in(request) - {Decimal(payment.amount)}:
        return f"the message names another amount: {min(others)}"
    if isinstance(action, Refund) and (unowed := _unowed(action, request, payment, alike)):
        return unowed
    amount, names = Decimal(payment.amount), WORDS_OF_PAYMENTS | words_of(payment.merchant)
    is_named = amount in gbp_in(request) or payment.amount in request
    return currency_doubt(request, amount, sign=POUNDS, names=names) if is_named else None


def account_doubt(action: CloseAccount, request: str, accounts: list[Account]) -> str | None:
    """Return the doubt whether the action's account is meant."""
    is_open = [each for each in accounts if each.status == "open"]
    fitting = [each for each in is_open if says(request, each.account_id)] or is_open
    return (
        None if [each.account_id for each in fitting] == [action.account_id] else "the message may mean another account"
    )


def payments_meant(request: str, transactions: list[Transaction]) -> list[Transaction]:
    """Return the transactions that fit most of what the message names: an id, else a merchant, an amount, or both."""
    if by_id := [each for each in transactions if says(request, each.transaction_id)]:
        return by_id
    text_words, amounts = words_of(request), gbp_in(request)

    def fit(payment: Transaction) -> tuple[bool, bool]:
        names = words_of(payment.merchant)
        return bool(names) and names <= text_words, Decimal(payment.amount) in amounts

    best = max((sum(fit(each)) for each in transactions), default=0)
    return [each for each in transactions if sum(fit(each)) == best] if best else []


def _unowed(action: Refund, request: str, payment: Transaction, alike: list[Transaction]) -> str | None:
    """Return the doubt whether the bank owes the refund: a fee, or the second of two equal payments."""
    if action.amount != payment.amount:
        return "the refund is not the payment's whole amount"
    if any(each.status == "refunded" for each in alike):
        return "an equal payment to this merchant was refunded before"
    is_double = TWICE.search(request) and sum(each.status == "posted" for each in alike) > 1
    return None if payment.kind == "fee" or is_double else "the account shows no second payment that is owed back"


def _by_status(action: BankAction, request: str, cards: list[Card]) -> list[Card]:
    """Return the cards that an action can mean by their status, told or not."""
    if not isinstance(action, ReissueCard):
        return [each for each in cards if each.status == "active"]
    told = {status for status, words in (("frozen", FROZEN), ("expired", EXPIRED)) if words.search(request)}
    return [each for each in cards if each.status in (told or {"active", "frozen", "expired"})]


def _by_kind(request: str, cards: list[Card]) -> list[Card]:
    told = {kind for kind, words in KINDS.items() if words.search(request)}
    return [each for each in cards if not told or each.kind in told]
