"""A database as an earlier Baton left it.

Schema 3 knew no urgency, 2 one run a thread, 1 sealed no rows.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from baton._langgraph import VISITS
from baton.config.home import database_file
from baton.runtime.resources import home_key
from baton.storage.signer import Signer
from baton.storage.sqlite_file import APPLICATION_ID, connect
from tests.baton.payments import place

Row = dict[str, Any]
WITHOUT_URGENCY = 3
SCHEMA_2 = Path(__file__).with_name("schema_2.sql").read_text("utf-8")
SEALED_2 = {
    "runs": ("thread_id", "graph", "input", "context", "fingerprint", "budget_tokens", "budget_nanousd"),
    "outputs": ("thread_id", "output"),
    "effects": ("key", "thread_id", "action", "args", "status", "receipt"),
    "approvals": ("interrupt_id", "thread_id", "step", "occurrence", "request", "digest", "place", "decision"),
}
NOT_IN_1 = (("runs", "seal"), ("runs", "output_seal"), ("effects", "seal"), ("approvals", "seal"))
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"


def as_before(schema: int) -> None:
    """Make of this test's database, in which each thread has one run, what a Baton of that schema would have left."""
    path, key = database_file(), home_key()
    if schema == WITHOUT_URGENCY:
        _as_schema_3(path)
        return
    made = path.with_name("before.db")
    with closing(connect(path)) as now, closing(sqlite3.connect(made, isolation_level=None)) as old:
        old.executescript(SCHEMA_2)
        for (table,) in old.execute(TABLES).fetchall():
            names = [column[1] for column in old.execute(f"PRAGMA table_info({table})")]
            into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
            for row in map(dict, now.execute(f"SELECT * FROM {table}").fetchall()):  # noqa: S608 - ours
                assert row.get("run", 1) == 1
                if row.get("channel") != VISITS:
                    before = BEFORE.get(table, _as_it_is)(row, key)
                    old.execute(into, [before[name] for name in names])
        for table, column in NOT_IN_1 if schema == 1 else ():
            old.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        old.execute(f"PRAGMA application_id={APPLICATION_ID}")
        old.execute(f"PRAGMA user_version={schema}")
        old.execute("PRAGMA journal_mode=WAL")
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    made.replace(path)
    _receiver_as_before()


def _as_schema_3(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("DROP INDEX runs_by_age")
        file.execute("ALTER TABLE runs DROP COLUMN urgent")
        file.execute("CREATE INDEX runs_by_age ON runs (created_at)")
        file.execute("PRAGMA user_version=3")


def _receiver_as_before() -> None:
    """The receiver's log with the keys that it was sent then."""
    if (place() / "receiver.db").exists():
        with closing(sqlite3.connect(place() / "receiver.db", isolation_level=None)) as log:
            for number, key in log.execute("SELECT id, key FROM asked").fetchall():
                log.execute("UPDATE asked SET key = ? WHERE id = ?", (key_before(key), number))


def key_before(key: str) -> str:
    """`thread:step:occurrence` of `thread:run:desk:path:occurrence`, whose path ends with the action."""
    thread, _, _, path, occurrence = key.split(":")
    steps = [re.sub(r"@\d+(\.\d+)?$", "", part) for part in path.split("/")[:-1]]
    return f"{thread}:{'/'.join(steps)}:{occurrence}"


def mark_before(rows: str, row: Row, key: bytes) -> bytes:
    """The seal of a row, as schema 2 had it."""
    content = ascii(tuple(row[name] for name in SEALED_2[rows])).encode()
    return blake2b(content, key=key, digest_size=32, person=rows.encode()).digest()


def _as_it_is(row: Row, _key: bytes) -> Row:
    return row


def _run(row: Row, key: bytes) -> Row:
    output_seal = None if row["output"] is None else mark_before("outputs", row, key)
    return {**row, "seal": mark_before("runs", row, key), "output_seal": output_seal}


def _effect(row: Row, key: bytes) -> Row:
    row = {**row, "key": key_before(row["key"])}
    return {**row, "seal": mark_before("effects", row, key)}


def _approval(row: Row, key: bytes) -> Row:
    (asked,) = json.loads(row["request"])["action_requests"]
    action = [row["thread_id"], row["occurrence"], asked["name"], asked["args"]]
    digest = sha256(json.dumps(action, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]
    row = {**row, "digest": digest}
    return {**row, "seal": mark_before("approvals", row, key)}


def _letter(row: Row, _key: bytes) -> Row:
    named = sha256(f"{row['thread_id']}:{row['step']}:{row['occurrence']}".encode()).hexdigest()[:12]
    evidence = {name: value for name, value in json.loads(row["evidence"]).items() if name != "effect"}
    return {**row, "letter_id": f"dl-{named}", "evidence": json.dumps(evidence)}


def _checkpoint(row: Row, key: bytes) -> Row:
    """Without the visits, which nobody counted."""
    signer, serde = Signer(key), JsonPlusSerializer(allowed_msgpack_modules=None)
    where = [row[name] for name in ("thread_id", "checkpoint_ns", "checkpoint_id", "parent_id", "type", "metadata")]
    found = serde.loads_typed((row["type"], signer.verify(row["checkpoint"], *where)))
    for part in ("channel_values", "channel_versions"):
        found[part].pop(VISITS, None)
    found["updated_channels"] = [name for name in found.get("updated_channels") or [] if name != VISITS]
    return {**row, "checkpoint": signer.sign(serde.dumps_typed(found)[1], *where)}


BEFORE: dict[str, Callable[[Row, bytes], Row]] = {
    "runs": _run,
    "effects": _effect,
    "approvals": _approval,
    "dead_letters": _letter,
    "checkpoints": _checkpoint,
}
