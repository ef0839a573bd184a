"""The interface of a bank, and its errors.

    BatonError
    ├── BankError               the bank refused the request
    │   ├── UnknownCustomer     it has no such customer [404]
    │   ├── Refused             a rule forbids it; `code` says which [422]
    │   ├── KeyReused           the same key came with other arguments [409], also Fatal
    │   └── BadRequest          the request itself is malformed or not permitted [400], also Fatal
    └── Transient
        └── BankUnavailable     no usable answer: time-out, 5xx, garbage; trying again may help

`UnknownCustomer` and `Refused` are answers that the desk works with; the other errors end or repeat the step.
"""

from typing import Protocol

from bank.ledger.actions import BankAction
from bank.ledger.records import Account, Card, Customer, LogLine, Receipt, Transaction
from baton.errors import BatonError, Fatal, Transient
from desk import business


class BankError(BatonError):
    """Raised when the bank refuses a request."""


class UnknownCustomer(BankError, business.UnknownCustomer):
    """Raised when the bank has no such customer."""

    def __init__(self, customer_id: str) -> None:
        super().__init__(f"the bank knows no customer {customer_id[:64]!r}")
        self.customer_id = customer_id


class Refused(BankError, business.Refused):
    """Raised when one of the bank's rules forbids the action; `code` is stable, `message` is for people."""


class KeyReused(BankError, Fatal):
    """Raised when an idempotency key comes again with another customer, action or arguments; nothing moved."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key {key} was used for another request; nothing was done")
        self.key = key


class BadRequest(BankError, Fatal):
    """Raised when the bank does not take the request as such: malformed, not permitted, or not a bank at all."""


class BankUnavailable(Transient):
    """Raised when the bank gave no usable answer; whether an action was done is unknown until it is asked again."""


class Bank(Protocol):
    """A bank as the desk sees it; every method may raise BankUnavailable."""

    async def customer(self, customer_id: str) -> Customer:
        """Return the customer; raises UnknownCustomer."""

    async def accounts(self, customer_id: str) -> list[Account]:
        """Return the customer's accounts by id; raises UnknownCustomer."""

    async def cards(self, customer_id: str) -> list[Card]:
        """Return the customer's cards by id; raises UnknownCustomer."""

    async def transactions(self, customer_id: str, limit: int = 50) -> list[Transaction]:
        """Return at most `limit` (1 to 500) transactions, newest first; raises UnknownCustomer."""

    async def check(self, customer_id: str, action: BankAction) -> dict[str, str]:
        """Return the result that the receipt would have now, or raise what `perform` would raise for a fresh key.

        Changes nothing and is not logged. Ids in the result may be others by then.
        """

    async def perform(self, customer_id: str, action: BankAction, *, key: str) -> Receipt:
        """Do the action once per key (1 to 255 printable ASCII characters) and return its receipt.

        The first outcome stands: the same key and arguments give the same receipt or the same refusal again.
        Raises UnknownCustomer, Refused, KeyReused or BadRequest.
        """

    async def log(self) -> list[LogLine]:
        """Return every request to act that was received, oldest first."""

    async def aclose(self) -> None:
        """Close files and connections; a second call does nothing."""
