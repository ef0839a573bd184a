"""The depot: a SQLite file in the home with customers, parcels, what was asked by which key, and a log of all of it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from baton.config.home import home
from baton.errors import BatonError, Fatal, Transient
from baton.runtime.active import resources_in_use
from desk.business import Refused, UnknownCustomer
from desk.records import Action, Receipt, Row
from tests.parcels.actions import Compensate

SCHEMA = (
    "CREATE TABLE customers (customer_id TEXT PRIMARY KEY, name TEXT)",
    "CREATE TABLE parcels (parcel_id TEXT PRIMARY KEY, customer_id TEXT, sender TEXT, status TEXT, value TEXT)",
    "CREATE TABLE requests (key TEXT PRIMARY KEY, request TEXT, receipt TEXT, code TEXT, message TEXT)",
    "CREATE TABLE log (number INTEGER PRIMARY KEY, action TEXT, parcel_id TEXT, result TEXT, replayed INTEGER)",
)
CUSTOMERS = [
    *(("K101", "Ada Lund"), ("K102", "Ben Okafor"), ("K103", "Cleo Marsh")),
    *(("K104", "Dan Petrov"), ("K105", "Eve Sandoval"), ("K106", "Finn Weber")),
]
PARCELS = [
    ("P501", "K101", "Alder Books", "in transit", "24.00"),
    ("P502", "K101", "Birch Toys", "missed", "60.00"),
    ("P503", "K102", "Cedar Lamps", "damaged", "40.00"),
    ("P504", "K103", "Dune Ceramics", "damaged", "120.00"),
    ("P505", "K104", "Elm Outdoor", "lost", "350.00"),
    ("P506", "K105", "Fern Florist", "redirected", "75.00"),
    ("P507", "K106", "Gorse Garden", "missed", "18.50"),
    ("P508", "K106", "Alder Books", "delivered", "12.00"),
]


class DepotUnavailable(Transient):
    """Raised when the depot's file cannot be used now."""


class KeyReused(Fatal):
    """Raised when a key comes again with another request; nothing was done."""


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """Give one transaction on the file, which is filled when it is new; all of it is kept, or nothing."""
    try:
        db = sqlite3.connect(_folder() / "parcels.db", timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        try:
            db.execute("BEGIN IMMEDIATE")
            _fill(db)
            yield db
            db.execute("COMMIT")
        finally:
            db.close()  # what was not committed is undone
    except sqlite3.Error as error:
        raise DepotUnavailable(f"the depot cannot be used now: {error}") from error


def customer(customer_id: str) -> dict[str, Any]:
    """Return the customer's name and parcels; raises UnknownCustomer."""
    with opened() as db:
        name = _name(db, customer_id)
        rows = db.execute("SELECT * FROM parcels WHERE customer_id = ?", (customer_id,)).fetchall()
    parcels: list[Row] = [{key: row[key] for key in row.keys() if key != "customer_id"} for row in rows]  # noqa: SIM118 - a sqlite3.Row
    return {"name": name, "parcels": parcels}


def check(customer_id: str, action: Action) -> None:
    """Raise what performing the action would raise for a fresh key."""
    with opened() as db:
        _allow(db, customer_id, action)


def perform(customer_id: str, action: Action, key: str) -> Receipt:
    """Do the action once per key; the first outcome stands, and every request is logged."""
    request = json.dumps([customer_id, action.model_dump()], sort_keys=True)
    with opened() as db:
        known = _outcome(db, key)
        if known is None:
            _act(db, customer_id, action, key, request)
        elif known["request"] != request:
            raise KeyReused(f"the key {key} was used for another request")
        outcome = _outcome(db, key)
        line = (action.name, action.model_dump()["parcel_id"], outcome["code"] or "done", known is not None)
        db.execute("INSERT INTO log (action, parcel_id, result, replayed) VALUES (?, ?, ?, ?)", line)
    if outcome["receipt"] is None:
        raise Refused(outcome["code"], outcome["message"])
    return Receipt(receipt_id=outcome["receipt"])


def log() -> list[dict[str, Any]]:
    """Return every request to act, oldest first."""
    with opened() as db:
        return [dict(row) for row in db.execute("SELECT * FROM log ORDER BY number")]


def _folder() -> Path:
    """Return the home of the run that calls, for each repetition of an experiment has a depot of its own."""
    try:
        return resources_in_use().settings.home
    except BatonError:  # not called by a run
        return home()


def _fill(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0]:
        return
    for statement in SCHEMA:
        db.execute(statement)
    db.executemany("INSERT INTO customers VALUES (?, ?)", CUSTOMERS)
    db.executemany("INSERT INTO parcels VALUES (?, ?, ?, ?, ?)", PARCELS)
    db.execute("PRAGMA user_version = 1")


def _name(db: sqlite3.Connection, customer_id: str) -> str:
    row = db.execute("SELECT name FROM customers WHERE customer_id = ?", (customer_id,)).fetchone()
    if row is None:
        raise UnknownCustomer(f"the depot knows no customer {customer_id[:64]!r}")
    return str(row["name"])


def _outcome(db: sqlite3.Connection, key: str) -> Any:
    return db.execute("SELECT * FROM requests WHERE key = ?", (key,)).fetchone()


def _allow(db: sqlite3.Connection, customer_id: str, action: Action) -> None:
    """Let the depot's rules speak; raises UnknownCustomer or Refused."""
    _name(db, customer_id)
    args = action.model_dump()
    parcel = db.execute(
        "SELECT * FROM parcels WHERE parcel_id = ? AND customer_id = ?", (args["parcel_id"], customer_id)
    ).fetchone()
    if parcel is None:
        raise Refused("no_such_parcel", f"you have no parcel {args['parcel_id']}")
    fitting = ("damaged", "lost") if isinstance(action, Compensate) else ("missed", "redirected")
    if parcel["status"] not in fitting:
        raise Refused("wrong_status", f"the parcel {args['parcel_id']} is {parcel['status']}")
    if isinstance(action, Compensate) and Decimal(action.amount) > Decimal(parcel["value"]):
        raise Refused("above_value", f"the declared value of {args['parcel_id']} is EUR {parcel['value']}")


def _act(db: sqlite3.Connection, customer_id: str, action: Action, key: str, request: str) -> None:
    """Act and keep the outcome by its key; a stranger leaves nothing to keep."""
    try:
        _allow(db, customer_id, action)
    except Refused as refused:
        outcome: tuple[str | None, ...] = (None, refused.code, refused.message)
    else:
        status = "compensated" if isinstance(action, Compensate) else "in transit"
        db.execute("UPDATE parcels SET status = ? WHERE parcel_id = ?", (status, action.model_dump()["parcel_id"]))
        count = db.execute("SELECT count(*) FROM requests").fetchone()[0]
        outcome = (f"D{count + 1:04}", None, None)
    db.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", (key, request, *outcome))
