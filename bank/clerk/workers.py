"""The workers of an investigation: each answers one question from the bank or the policies, and only reads.

They look at the things of the run's customer; no question can name another customer.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bank.clerk.clerk_view import KEYS, account_rows, card_rows, transaction_rows
from bank.clerk.desk import the_bank
from bank.clerk.evidence import accounts_meant, cards_meant, transactions_meant
from bank.ledger.protocol import UnknownCustomer
from desk import clock
from desk.business import Worker, knowledge
from desk.policy_worker import POLICY_WORKER, policies_finding
from desk.records import OTHER, POLICIES, Assignment, Finding, Row

LATEST = 500  # transactions that are searched

Work = Callable[[Assignment, int], Awaitable[Finding]]


def _for_known(look: Callable[[Assignment, str], Awaitable[Finding]]) -> Work:
    """Return the work of a worker that looks at the asking customer's things; for a stranger its finding is empty."""

    async def work(assignment: Assignment, _most: int) -> Finding:
        if (customer_id := assignment.customer_id) is not None:
            with suppress(UnknownCustomer):
                return await look(assignment, customer_id)
        return Finding(
            subtask=assignment.subtask, summary="we do not know who asks", rows=[], evidence=[], citations=[]
        )

    return work


async def _transactions(assignment: Assignment, customer_id: str) -> Finding:
    """Find the customer's transactions that the question means, else those that the message means."""
    transactions, today = await (await the_bank()).transactions(customer_id, LATEST), clock.today()
    texts = (assignment.question, assignment.message)
    matches = next(filter(None, (transactions_meant(text, transactions, today) for text in texts)), [])
    lines = [
        f"GBP {each.amount} to {each.merchant} on {each.at[:10]} ({each.kind.replace('_', ' ')}, {each.status},"
        f" {each.transaction_id})"
        for each in matches
    ]
    return _own_finding(assignment, "transactions", lines, transaction_rows(matches))


async def _cards(assignment: Assignment, customer_id: str) -> Finding:
    """Find the customer's cards that the message or the question names, or all."""
    matches = cards_meant(_words(assignment), await (await the_bank()).cards(customer_id))
    lines = [
        f"the {each.kind} card ending {each.last4} is {each.status}, its daily limit GBP {each.daily_limit}"
        for each in matches
    ]
    return _own_finding(assignment, "cards", lines, card_rows(matches))


async def _accounts(assignment: Assignment, customer_id: str) -> Finding:
    """Find the customer's accounts that the message or the question names, or all."""
    matches = accounts_meant(_words(assignment), await (await the_bank()).accounts(customer_id))
    lines = [
        f"account {each.account_id} is {each.status}, its balance {each.currency} {each.balance}" for each in matches
    ]
    return _own_finding(assignment, "accounts", lines, account_rows(matches))


async def _policies(assignment: Assignment, most: int) -> Finding:
    """Find the passages that bear on the question and on the findings that it builds on."""
    question, desk = assignment.question, await knowledge()
    guess = desk.guess(question)
    route = assignment.route if guess.route == OTHER else guess.route
    rows = [row for finding in assignment.given for row in finding.rows]
    kinds = {row[name] for row in rows for name in ("kind", "status") if name in row}
    text = " ".join([question, *sorted(kinds - {"posted", "active", "open"})]).replace("_", " ")
    return await policies_finding(assignment, text, route, most)


WORKERS = {
    "transactions": Worker(
        "finds the customer's own transactions: by id, merchant, amount, day, kind or status", _for_known(_transactions)
    ),
    "cards": Worker("looks up the customer's own cards: status and daily limit", _for_known(_cards)),
    "account": Worker("looks up the customer's own accounts: status and balance", _for_known(_accounts)),
    POLICIES: Worker(POLICY_WORKER.about, _policies),
}


def _words(assignment: Assignment) -> str:
    return f"{assignment.question}\n{assignment.message}"


def _own_finding(assignment: Assignment, what: str, lines: list[str], rows: list[Row]) -> Finding:
    """Return the finding of some of the customer's own things."""
    summary = f"{what} found: {'; '.join(lines)}" if lines else f"none of the customer's {what} fits"
    evidence = [row[KEYS[what]] for row in rows]
    return Finding(subtask=assignment.subtask, summary=summary, rows=rows, evidence=evidence, citations=[])
