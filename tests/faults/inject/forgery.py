"""What somebody may do to a database who can write the file and has no key."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from random import Random

import ormsgpack

from tests.faults.inject.damage import Damage

PWNED = "pwned"
SEAL = bytes(32)


def schema(version: int) -> Damage:
    return alteration(f"PRAGMA user_version={version}")


def alteration(*statements: str) -> Damage:
    def alter(file: Path, chance: Random) -> None:
        _alter(file, *statements)

    return alter


def _alter(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for statement in statements:
            database.execute(statement)
    _one_file(file)


def _one_file(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def payload(file: Path, kind: int) -> bytes:
    """A blob that runs a command when it is unpacked by a serializer that revives types."""
    command = f"touch {file.parent.parent / PWNED}"
    calls: list[tuple[int, object]] = [
        (0, ("os", "system", command)),
        (1, ("os", "system", [command])),
        (1, ("subprocess", "run", [["touch", str(file.parent.parent / PWNED)]])),
        (0, ("builtins", "exec", f"import os; os.system({command!r})")),
    ]
    code, call = calls[kind]
    return ormsgpack.packb(ormsgpack.Ext(code, ormsgpack.packb(call)))


PAYLOADS = 4


def checkpoint_forgery(kind: int, *, seal: bytes) -> Damage:
    """Every checkpoint replaced by one that runs a command."""

    def forge(file: Path, chance: Random) -> None:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE checkpoints SET type = 'msgpack', checkpoint = ?", (seal + payload(file, kind),))
        _one_file(file)

    return forge


def pickle_command(file: Path, chance: Random) -> None:
    """A pickle that runs a command, under the type that asks for unpickling."""
    blob = f"cos\nsystem\n(S'touch {file.parent.parent / PWNED}'\ntR.".encode()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE checkpoints SET type = 'pickle', checkpoint = ?", (SEAL + blob,))
    _one_file(file)


def approve_by_nobody(file: Path, chance: Random) -> None:
    """A decision that no person made."""
    with closing(sqlite3.connect(file)) as database, database:
        rows = database.execute("SELECT interrupt_id, request FROM approvals").fetchall()
        for question, request in rows:
            args = json.loads(request)["action_requests"][0]["args"]
            forged_one = json.dumps({"type": "approve", "args": args, "message": ""})
            database.execute("UPDATE approvals SET decision = ? WHERE interrupt_id = ?", (forged_one, question))
        database.execute("UPDATE runs SET status = 'queued' WHERE status = 'waiting'")
    _one_file(file)


AMOUNT = "UPDATE approvals SET request = replace(request, '180.00', '18.00')"
MESSAGE = "UPDATE runs SET input = replace(input, 'My card was stolen', 'My bike was stolen')"
CUSTOMER = "UPDATE runs SET input = replace(input, 'C010', 'C012')"
RECEIPT = "UPDATE effects SET status = 'done', receipt = '{\"receipt_id\": \"R999999\"}'"
OUTPUT = "UPDATE runs SET output = replace(output, 'PIN', 'NIP')"
SWAPPED = (  # the checkpoints of two runs in each other's places
    "UPDATE checkpoints SET thread_id = CASE thread_id WHEN 'wait' THEN 'act' WHEN 'act' THEN 'wait' ELSE thread_id END"
)
REWOUND = (  # an old checkpoint once more, as the newest
    "DELETE FROM checkpoints WHERE seq > (SELECT min(seq) + 1 FROM checkpoints AS old"
    " WHERE old.thread_id = checkpoints.thread_id)"
)
RUN_1_ON_TOP = (
    "UPDATE checkpoints SET seq = (SELECT max(seq) + 1 FROM checkpoints) WHERE seq = (SELECT max(seq) FROM checkpoints"
    " WHERE json_extract(metadata, '$.baton_run') IS NULL AND checkpoint_ns = '')"
)
ANSWERS_MOVED = (  # the answers of the first run, to the same questions of the second
    "UPDATE approvals SET (decision, seal) = (SELECT old.decision, old.seal FROM approvals AS old WHERE old.run = 1"
    " AND old.request = approvals.request) WHERE run = 2"
)
RECEIPTS_MOVED = "UPDATE effects SET run = 2, key = replace(key, 'again:1:', 'again:2:')"

ON_PURPOSE: Mapping[str, Damage] = {
    "schema of an older version": schema(0),
    "schema of a newer version": schema(99),
    "a table dropped": alteration("DROP TABLE effects"),
    "a column dropped": alteration("ALTER TABLE runs DROP COLUMN context"),
    "an index dropped": alteration("DROP INDEX runs_by_age"),
    **{f"forged checkpoint {kind}": checkpoint_forgery(kind, seal=SEAL) for kind in range(PAYLOADS)},
    **{f"forged checkpoint {kind} without a seal": checkpoint_forgery(kind, seal=b"") for kind in range(PAYLOADS)},
    "pickled checkpoint": pickle_command,
    "checkpoints of two runs swapped": alteration(SWAPPED),
    "metadata of checkpoints changed": alteration("UPDATE checkpoints SET metadata = json_set(metadata, '$.step', 99)"),
    "checkpoints under another type": alteration("UPDATE checkpoints SET type = 'json'"),
    "a decision nobody made": approve_by_nobody,
    "the amount a person sees changed": alteration(AMOUNT),
    "the message of a queued run changed": alteration(MESSAGE),
    "the customer of a queued run changed": alteration(CUSTOMER),
    "a receipt nobody gave": alteration(RECEIPT),
    "the output of a finished run changed": alteration(OUTPUT),
}

RUN_FOR_RUN: Mapping[str, Damage] = {
    "answers of an earlier run in this one's places": alteration(ANSWERS_MOVED),
    "questions of two runs swapped": alteration("UPDATE approvals SET run = 3 - run"),
    "receipts of an earlier run under this one's keys": alteration("DELETE FROM effects WHERE run = 2", RECEIPTS_MOVED),
    "effects of a run forgotten": alteration("DELETE FROM effects WHERE run = 1"),
    "two runs swapped": alteration("UPDATE runs SET run = -run", "UPDATE runs SET run = 3 + run"),
    "the last checkpoint of an earlier run as the newest": alteration(RUN_1_ON_TOP),
    "checkpoints of an earlier run as this one's": alteration(
        "UPDATE checkpoints SET metadata = json_set(metadata, '$.baton_run', 2)"
    ),
    "an old checkpoint once more": alteration(REWOUND),
}
"""What is done to a thread with a run behind it and one that waits."""
