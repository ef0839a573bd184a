"""The workers of an investigation: each answers one question from the bank or the policies, and only reads.

Whose things they look at is the run's customer; no question can name another.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from bank.clerk_view import KEYS, Row, account_rows, card_rows, transaction_rows
from bank.desk import the_bank
from bank.evidence import accounts_meant, cards_meant, transactions_meant
from bank.policy_index import policy_index
from bank.protocol import UnknownCustomer
from bank.router import router
from bank.routes import OTHER
from state.orchestrator_worker import Finding, Order

POLICIES = "policies"
LATEST = 500  # transactions that are looked through


Work = Callable[[Order, int], Awaitable[Finding]]


class Worker(NamedTuple):
    """Who answers, and what a planner is told of them; `work` takes an order and the most passages of an answer."""

    about: str
    work: Work


def _own(look: Callable[[Order, str], Awaitable[Finding]]) -> Work:
    """The work of looking at the asking customer's own things; a stranger has none."""

    async def work(order: Order, _most: int) -> Finding:
        if (customer_id := order["customer_id"]) is not None:
            with suppress(UnknownCustomer):
                return await look(order, customer_id)
        return Finding(
            subtask=order["subtask"].id, summary="we do not know who asks", rows=[], evidence=[], citations=[]
        )

    return work


async def _transactions(order: Order, customer_id: str) -> Finding:
    """The customer's transactions that the question means, else those that the message means."""
    known, today = await (await the_bank()).transactions(customer_id, LATEST), datetime.now(UTC).date()
    texts = (order["subtask"].question, order["message"])
    found = next(filter(None, (transactions_meant(text, known, today) for text in texts)), [])
    told = [
        f"GBP {each.amount} to {each.merchant} on {each.at[:10]} ({each.kind.replace('_', ' ')}, {each.status},"
        f" {each.transaction_id})"
        for each in found
    ]
    return _held(order, "transactions", told, transaction_rows(found))


async def _cards(order: Order, customer_id: str) -> Finding:
    """The customer's cards that the message or the question names, or all."""
    found = cards_meant(_said(order), await (await the_bank()).cards(customer_id))
    told = [
        f"the {each.kind} card ending {each.last4} is {each.status}, its daily limit GBP {each.daily_limit}"
        for each in found
    ]
    return _held(order, "cards", told, card_rows(found))


async def _accounts(order: Order, customer_id: str) -> Finding:
    """The customer's accounts that the message or the question names, or all."""
    found = accounts_meant(_said(order), await (await the_bank()).accounts(customer_id))
    told = [f"account {each.account_id} is {each.status}, its balance {each.currency} {each.balance}" for each in found]
    return _held(order, "accounts", told, account_rows(found))


async def _policies(order: Order, most: int) -> Finding:
    """The passages that bear on the question and on what its needs found."""
    question, index = order["subtask"].question, await asyncio.to_thread(policy_index)
    guess = (await asyncio.to_thread(router)).guess(question)
    route = order["route"] if guess.route == OTHER else guess.route
    kinds = {row[name] for given in order["given"] for row in given.rows for name in ("kind", "status") if name in row}
    text = " ".join([question, *sorted(kinds - {"posted", "active", "open"})]).replace("_", " ")
    passages = index.passages(await asyncio.to_thread(index.search, text, route, most))
    titles = dict.fromkeys(f"{each.title} ({each.policy_id})" for each in passages)
    return Finding(
        subtask=order["subtask"].id,
        summary=f"policies that bear on it: {', '.join(titles) or 'none'}",
        rows=[],
        evidence=[each.passage_id for each in passages],
        citations=list(dict.fromkeys(each.policy_id for each in passages)),
    )


WORKERS = {
    "transactions": Worker(
        "finds the customer's own transactions: by id, merchant, amount, day, kind or status", _own(_transactions)
    ),
    "cards": Worker("looks up the customer's own cards: status and daily limit", _own(_cards)),
    "account": Worker("looks up the customer's own accounts: status and balance", _own(_accounts)),
    POLICIES: Worker("searches the desk's policies: what is allowed, what it costs, how long it takes", _policies),
}


def _said(order: Order) -> str:
    return f"{order['subtask'].question}\n{order['message']}"


def _held(order: Order, what: str, told: list[str], rows: list[Row]) -> Finding:
    """A finding of the customer's own things."""
    summary = f"{what} found: {'; '.join(told)}" if told else f"none of the customer's {what} fits"
    evidence = [row[KEYS[what]] for row in rows]
    return Finding(subtask=order["subtask"].id, summary=summary, rows=rows, evidence=evidence, citations=[])
