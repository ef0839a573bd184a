"""The sample bank's people: 200 invented customers, the same for everyone, dated back from the day of seeding.

`C001` to `C040` each have all that the examples need: an active card, the same card payment twice within
minutes, a fee, a payment abroad, a pending and a declined one. Every fifth customer has a second, empty account.
`C007` paid "Kestrel Books" 24.90 twice and `C012` "Lumen Hotel" 180.00. `C199` and `C200` have left.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, NamedTuple

from bank.ledger.records import Account, Card, Customer, Transaction

CUSTOMERS = 200
_SEED = 20_260_301
_ORDINARY_PAYMENTS = 18
_PENNY = Decimal("0.01")
_MARK_UP = Decimal("1.005")

_FIRST = ("Ada Bram Celia Dorian Edith Farid Greta Hamish Imogen Jonas Keira Leopold Mabel Nadim Orla "
          "Percy Quinta Rohan Sable Tobias Ursa Viggo Wanda Xanthe Yusuf Zelda").split()  # fmt: skip
_LAST = ("Ashgrove Bellwether Copperfold Dunmarsh Elderby Fernhollow Gorsewood Hartlebank Inglestone Juniperly "
         "Kelderson Larkmoor Merrowby Nettlefield Oakhurstle Pendlewick Quarrington Rushbourne").split()  # fmt: skip
_SHOPS = (
    "Kestrel Books", "Lumen Hotel", "Pennywhistle Grocers", "Northgate Rail", "Saffron & Rye", "Tidewater Fuel",
    "Juniper Pharmacy", "Cobalt Cycles", "Marigold Bakery", "Fennel Kitchen", "Orchard Cinema", "Sparrow Mobile",
    "Granite Gym", "Willow Garden Centre", "Beacon Electronics", "Thimble Tailors", "Harvest Moon Market",
    "Puddle Lane Toys", "Ironbridge Hardware", "Skylark Parking",
)  # fmt: skip
_TWICE = (
    ("Marigold Bakery", "12.40"), ("Cobalt Cycles", "64.00"), ("Orchard Cinema", "18.50"), ("Sparrow Mobile", "22.00"),
    ("Beacon Electronics", "349.00"), ("Saffron & Rye", "41.75"), ("Pennywhistle Grocers", "23.15"),
    ("Northgate Rail", "96.30"), ("Granite Gym", "29.99"), ("Thimble Tailors", "640.00"),
)  # fmt: skip
_FAMOUS = {7: ("Kestrel Books", "24.90"), 12: ("Lumen Hotel", "180.00")}
_ABROAD = (
    ("Café Azulejo", "EUR", "0.86"), ("Fjordlys Kiosk", "NOK", "0.074"), ("Blue Mesa Diner", "USD", "0.78"),
    ("Zirbenhof", "EUR", "0.86"), ("Hoshi Records", "JPY", "0.0052"), ("Lipa Bistro", "PLN", "0.20"),
)  # fmt: skip
_FEES = (
    ("Harbour Bank cash machine fee", "2.40"), ("Harbour Bank transfer abroad fee", "4.00"),
    ("Harbour Bank card fee", "5.00"), ("Harbour Bank cash machine fee", "1.00"),
)  # fmt: skip
_COUNTRIES = ("GB",) * 12 + ("IE", "FR", "ES", "DE")


class Population(NamedTuple):
    """Everything that a fresh bank holds."""

    customers: list[Customer]
    accounts: list[Account]
    cards: list[Card]
    transactions: list[Transaction]


class _Movement(NamedTuple):
    """A transaction without its id, which counts all transactions in order of time."""

    at: datetime
    facts: dict[str, Any]


def populate(today: date) -> Population:
    """Return the population whose newest transaction is of the day before `today`."""
    rng = Random(_SEED)  # noqa: S311 - invented people need the same dice every time, not secret ones
    bank = Population([], [], [], [])
    movements: list[_Movement] = []
    for number in range(1, CUSTOMERS + 1):
        account, card = _add_customer(rng, bank, number, today)
        if card.status == "active":
            movements += _History(rng, account, card, today).movements(number)
    movements.sort(key=lambda movement: movement.at)
    for number, movement in enumerate(movements, start=1):
        bank.transactions.append(Transaction.model_validate({"transaction_id": f"T{number:05}", **movement.facts}))
    return bank


def _add_customer(rng: Random, bank: Population, number: int, today: date) -> tuple[Account, Card]:
    """Add one customer with accounts and cards; return those that the payments go through."""
    person = _person(rng, number)
    bank.customers.append(person)
    account = _add_account(bank, person, f"{rng.randint(5_000, 400_000) / 100:.2f}")
    if number % 5 == 0:
        _add_account(bank, person, "0.00")
    everyday = _add_card(rng, bank, account, "active" if person.status == "active" else "cancelled", today)
    if number % 4 == 0:
        _add_card(rng, bank, account, "frozen", today)
    if number % 6 == 0:
        _add_card(rng, bank, account, "expired", today)
    return account, everyday


def _person(rng: Random, number: int) -> Customer:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    has_left = number > CUSTOMERS - 2
    return Customer(
        customer_id=f"C{number:03}",
        name=f"{first} {last}",
        email=f"{first}.{last}.{number}@example.com".lower(),
        country=rng.choice(_COUNTRIES),
        status="closed" if has_left else "active",
    )


def _add_account(bank: Population, person: Customer, balance: str) -> Account:
    has_left = person.status == "closed"
    account = Account(
        account_id=f"A{len(bank.accounts) + 1:03}",
        customer_id=person.customer_id,
        currency="GBP",
        balance="0.00" if has_left else balance,
        status="closed" if has_left else "open",
    )
    bank.accounts.append(account)
    return account


def _add_card(rng: Random, bank: Population, account: Account, status: str, today: date) -> Card:
    months = -rng.randint(1, 3) if status == "expired" else rng.randint(14, 40)
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    facts = {
        "card_id": f"K{len(bank.cards) + 1:04}",
        "customer_id": account.customer_id,
        "account_id": account.account_id,
        "last4": f"{rng.randint(0, 9999):04}",
        "kind": rng.choice(("physical", "physical", "physical", "virtual")),
        "status": status,
        "daily_limit": rng.choice(("500.00", "1000.00", "1000.00", "2000.00")),
        "expires": f"{year}-{month + 1:02}",
    }
    card = Card.model_validate(facts)
    bank.cards.append(card)
    return card


class _History:
    """The movements of one customer's account, one method for each kind of movement."""

    def __init__(self, rng: Random, account: Account, card: Card, today: date) -> None:
        self._rng, self._account, self._card = rng, account, card
        self._midnight = datetime.combine(today, time(), UTC)

    def movements(self, number: int) -> list[_Movement]:
        """Return all movements of customer `number`: the common ones, then the rarer ones."""
        movements = [self._payment(self._some_day(1, 180)) for _ in range(_ORDINARY_PAYMENTS)]
        movements += [self._transfer("transfer"), self._transfer("top_up"), self._withdrawal(), self._withdrawal()]
        every = number <= 40 or self._rng.random() < 0.4  # noqa: PLR2004 - the share of the others who have it all
        if every:
            movements += [*self._double_payment(number), self._fee(number), self._payment_abroad(number)]
            movements += [
                self._payment(self._some_day(1, 6), "pending"),
                self._payment(self._some_day(1, 20), "declined"),
            ]
        if number % 3 == 0:
            movements.append(self._payment(self._some_day(20, 60), "reversed"))
        if number % 7 == 3:  # noqa: PLR2004 - any remainder would do
            movements.append(self._payment(self._some_day(20, 60), "refunded"))
        return movements

    def _double_payment(self, number: int) -> list[_Movement]:
        merchant, amount = _FAMOUS.get(number, _TWICE[number % len(_TWICE)])
        first = self._some_day(2, 18)
        again = first + timedelta(minutes=self._rng.randint(1, 9))
        return [self._movement(at, "card_payment", merchant, amount) for at in (first, again)]

    def _payment(self, at: datetime, status: str = "posted") -> _Movement:
        amount = f"{self._rng.randint(250, 9_000) / 100:.2f}"
        return self._movement(at, "card_payment", self._rng.choice(_SHOPS), amount, status=status)

    def _payment_abroad(self, number: int) -> _Movement:
        merchant, currency, rate = _ABROAD[number % len(_ABROAD)]
        foreign = (self._rng.randint(12, 90) / Decimal(rate)).quantize(_PENNY, ROUND_HALF_UP)
        amount = (foreign * Decimal(rate) * _MARK_UP).quantize(_PENNY, ROUND_HALF_UP)
        at = self._some_day(3, 60)
        return self._movement(at, "card_payment", merchant, str(amount), foreign=(str(foreign), currency))

    def _fee(self, number: int) -> _Movement:
        merchant, amount = _FEES[number % len(_FEES)]
        return self._movement(self._some_day(2, 40), "fee", merchant, amount)

    def _withdrawal(self) -> _Movement:
        amount = f"{self._rng.randint(1, 12) * 10}.00"
        return self._movement(self._some_day(1, 150), "cash_withdrawal", "Cash machine, Quay Street", amount)

    def _transfer(self, kind: str) -> _Movement:
        name = "Top-up by debit card" if kind == "top_up" else f"{self._rng.choice(_FIRST)} {self._rng.choice(_LAST)}"
        return self._movement(self._some_day(1, 150), kind, name, f"{self._rng.randint(10, 400)}.00")

    def _some_day(self, nearest: int, farthest: int) -> datetime:
        """Return a moment so many whole days before the day of seeding, between 07:00 and 22:59."""
        ago = timedelta(days=self._rng.randint(nearest, farthest))
        return self._midnight - ago + timedelta(hours=7, seconds=self._rng.randint(0, 16 * 3600 - 1))

    def _movement(
        self,
        at: datetime,
        kind: str,
        merchant: str,
        amount: str,
        *,
        status: str = "posted",
        foreign: tuple[str, str] | None = None,
    ) -> _Movement:
        facts = {
            "customer_id": self._account.customer_id,
            "account_id": self._account.account_id,
            "card_id": self._card.card_id if kind in {"card_payment", "cash_withdrawal"} else None,
            "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "merchant": merchant,
            "amount": amount,
            "currency": "GBP",
            "kind": kind,
            "status": status,
            "foreign_amount": foreign[0] if foreign else None,
            "foreign_currency": foreign[1] if foreign else None,
        }
        return _Movement(at, facts)
