"""What the bank's tests stand on: a clock to move, a server on loopback, what skills are asked, things in a bank."""

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bank.ledger.actions import BankAction, parse_action
from bank.ledger.protocol import Bank
from bank.ledger.records import Transaction
from baton.models.data_blocks import data_block
from baton.offline.transport import Request


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def asked(**data: Any) -> Request:
    """What a skill is asked with such a data block, as it comes over the wire."""
    return Request.of({"messages": [{"role": "user", "content": data_block(data)}]})


def few_routes(folder: Path, examples: Mapping[str, Iterable[str]]) -> None:
    """A folder of routes so small that training on them takes no time."""
    folder.mkdir()
    for name, messages in examples.items():
        (folder / f"{name}.txt").write_text("\n".join([f"# About {name}.", *messages]))


@contextmanager
def serving(application: ASGIApp) -> Iterator[str]:
    """Serve the application on a free loopback port, in a thread and event loop of its own; give its address."""
    config = uvicorn.Config(application, port=0, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=asyncio.run, args=(server.serve([socket]),))
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()


async def one(bank: Bank, customer_id: str, **wanted: str) -> Transaction:
    """Return the customer's newest transaction with those facts."""
    found = await bank.transactions(customer_id, 500)
    return next(t for t in found if all(getattr(t, name) == value for name, value in wanted.items()))


async def books(bank: Bank) -> Transaction:
    """Return the payment of C007 that the examples want back."""
    return await one(bank, "C007", merchant="Kestrel Books", amount="24.90")


def refund(transaction_id: str, amount: str) -> BankAction:
    return parse_action("refund", {"transaction_id": transaction_id, "amount": amount})


def on_card(name: str, card_id: str) -> BankAction:
    return parse_action(name, {"card_id": card_id})


def limit(card_id: str, amount: str) -> BankAction:
    return parse_action("change_limit", {"card_id": card_id, "daily_limit": amount})


def dispute(transaction_id: str) -> BankAction:
    return parse_action("file_dispute", {"transaction_id": transaction_id, "reason": "I never bought this"})


def closing(account_id: str) -> BankAction:
    return parse_action("close_account", {"account_id": account_id})
