"""Requests to act, each settled in one transaction: the key, the effect, its receipt and the log line together.

All functions block: they run on the bank's own thread.
"""

import json
import sqlite3
from datetime import datetime
from typing import NamedTuple

from bank.ledger import tables
from bank.ledger.actions import BankAction
from bank.ledger.effects import plan
from bank.ledger.protocol import BankError, KeyReused, Refused, UnknownCustomer
from bank.ledger.records import LogLine, Receipt
from desk.records import arguments


class BankRequest(NamedTuple):
    """One request to act."""

    customer_id: str
    action: BankAction
    key: str
    at: datetime

    @property
    def identity(self) -> str:
        """The values that must be equal when the key comes again, as JSON."""
        return json.dumps([self.customer_id, self.action.name, arguments(self.action)], sort_keys=True)


def settle(db: sqlite3.Connection, request: BankRequest) -> Receipt | BankError:
    """Return the receipt, or the refusal: it is returned, not raised, because the log line must be committed."""
    with tables.write(db):
        earlier = db.execute("SELECT * FROM requests WHERE idempotency_key = ?", (request.key,)).fetchone()
        if earlier is None:
            outcome = _act(db, request)
        elif earlier["request"] == request.identity:
            outcome = _first_outcome(earlier)
        else:
            outcome = KeyReused(request.key)
        _write_log(db, request, outcome, replayed=earlier is not None)
    return outcome


def read_log(db: sqlite3.Connection) -> list[LogLine]:
    """Return every line, oldest first."""
    rows = db.execute("SELECT at, idempotency_key, action, args, replayed, result FROM log ORDER BY number")
    return [
        LogLine(**{**dict(row), "args": json.loads(row["args"]), "result": json.loads(row["result"])}) for row in rows
    ]


def _act(db: sqlite3.Connection, request: BankRequest) -> Receipt | BankError:
    """Act for the first time, store the outcome and return it; the outcome of an unknown customer is not stored."""
    try:
        effect = plan(db, request.customer_id, request.action, request.at)
    except UnknownCustomer as unknown:
        return unknown
    except Refused as refused:
        _store_outcome(db, request, {"refused_code": refused.code, "refused_message": refused.message})
        return refused
    for statement, values in effect.statements:
        db.execute(statement, values)
    receipt = Receipt(
        receipt_id=f"R{tables.next_number(db, 'requests'):06}",
        action=request.action.name,
        at=_moment(request.at),
        result=effect.result,
    )
    _store_outcome(db, request, {"receipt": receipt.model_dump_json()})
    return receipt


def _store_outcome(db: sqlite3.Connection, request: BankRequest, outcome: dict[str, str]) -> None:
    row = {"idempotency_key": request.key, "request": request.identity, **outcome}
    db.execute(tables.insert("requests", row), row)


def _first_outcome(earlier: sqlite3.Row) -> Receipt | Refused:
    if earlier["receipt"] is None:
        return Refused(earlier["refused_code"], earlier["refused_message"])
    return Receipt.model_validate_json(earlier["receipt"])


def _write_log(db: sqlite3.Connection, request: BankRequest, outcome: Receipt | BankError, *, replayed: bool) -> None:
    row = {
        "at": _moment(request.at),
        "idempotency_key": request.key,
        "action": request.action.name,
        "args": json.dumps(arguments(request.action)),
        "replayed": replayed,
        "result": json.dumps(outcome.result if isinstance(outcome, Receipt) else {"refused": _code(outcome)}),
    }
    db.execute(tables.insert("log", row), row)


def _code(outcome: BankError) -> str:
    if isinstance(outcome, Refused):
        return outcome.code
    return "key_reused" if isinstance(outcome, KeyReused) else "unknown_customer"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
