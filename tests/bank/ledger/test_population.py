"""The sample bank's people: always the same, and with all that the examples need."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from bank.ledger.population import Population, populate
from bank.ledger.records import Transaction

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def people() -> Population:
    return populate(TODAY)


def test_sizes(people: Population) -> None:
    assert len(people.customers) == 200
    assert 4_500 <= len(people.transactions) <= 5_500
    assert people.customers[0].customer_id == "C001"
    assert people.transactions[0].transaction_id == "T00001"


def test_only_dates_depend_on_the_day(people: Population) -> None:
    later = populate(TODAY + timedelta(days=100))
    assert later.customers == people.customers
    assert [t.model_copy(update={"at": ""}) for t in later.transactions] == [
        t.model_copy(update={"at": ""}) for t in people.transactions
    ]


def test_nothing_happened_in_the_future(people: Population) -> None:
    assert max(t.at for t in people.transactions) < TODAY.isoformat()


@pytest.mark.parametrize("number", range(1, 41))
def test_the_first_forty_have_what_examples_need(people: Population, number: int) -> None:
    customer_id = f"C{number:03}"
    mine = [t for t in people.transactions if t.customer_id == customer_id]
    assert any(c.customer_id == customer_id and c.status == "active" for c in people.cards)
    assert {"pending", "declined"} <= {t.status for t in mine}
    assert any(t.kind == "fee" for t in mine)
    assert any(t.foreign_currency for t in mine)
    assert twice(mine)


@pytest.mark.parametrize(
    "customer_id, merchant, amount", [("C007", "Kestrel Books", "24.90"), ("C012", "Lumen Hotel", "180.00")]
)
def test_the_famous_duplicates(people: Population, customer_id: str, merchant: str, amount: str) -> None:
    mine = [t for t in people.transactions if t.customer_id == customer_id]
    assert (merchant, amount) in twice(mine)
    pair = [t for t in mine if (t.merchant, t.amount) == (merchant, amount)]
    assert {t.status for t in pair} == {"posted"}
    oldest = datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(days=20)
    first, again = (datetime.fromisoformat(t.at) for t in pair)
    assert oldest < first < again < first + timedelta(minutes=10)


def test_every_thing_belongs_to_someone(people: Population) -> None:
    accounts = {a.account_id: a.customer_id for a in people.accounts}
    cards = {c.card_id: c.account_id for c in people.cards}
    assert all(accounts[c.account_id] == c.customer_id for c in people.cards)
    assert all(accounts[t.account_id] == t.customer_id for t in people.transactions)
    assert all(t.card_id is None or cards[t.card_id] == t.account_id for t in people.transactions)


def twice(transactions: list[Transaction]) -> set[tuple[str, str]]:
    paid = Counter((t.merchant, t.amount) for t in transactions if t.kind == "card_payment" and t.status == "posted")
    return {what for what, times in paid.items() if times == 2}
