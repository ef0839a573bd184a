"""The receiver of the one effect: it files cases, de-duplicates their keys, and keeps a log of its own, the judge."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from typing_extensions import TypedDict

from benchmarks.conformance.faults import Faults

SCHEMA = "CREATE TABLE IF NOT EXISTS filed (key TEXT PRIMARY KEY, summary TEXT NOT NULL)"


class FileInput(TypedDict):
    """Read by `file_case`: the text that is filed."""

    reply: str


class Filed(TypedDict):
    """Written by `file_case`: the id that the receiver gave."""

    case_id: str


async def send(key: str, args: dict[str, str]) -> Filed:
    """File a case, or return what was filed under the key; raises ConnectionError where no answer comes."""
    faults = Faults.of_process()
    faults.strike("sending")
    with closing(_open(faults.folder)) as log, log:
        log.execute("INSERT INTO filed VALUES (?, ?) ON CONFLICT DO NOTHING", (key, args["summary"]))
        [number] = log.execute("SELECT rowid FROM filed WHERE key = ?", (key,)).fetchone()
    faults.strike("sent")
    return {"case_id": f"F{number:04}"}


def filed(folder: Path) -> int:
    """Return how many cases the receiver has filed."""
    with closing(_open(folder)) as log:
        return int(log.execute("SELECT count(*) FROM filed").fetchone()[0])


def _open(folder: Path) -> sqlite3.Connection:
    log = sqlite3.connect(os.fspath(folder / "receiver.db"), timeout=10)
    log.execute(SCHEMA)
    return log
