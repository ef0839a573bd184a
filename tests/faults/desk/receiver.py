"""A stranger's receiver: it takes payments in, each key once, and its own log is the judge."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

FILE = "receiver.db"
MADE = (
    "CREATE TABLE IF NOT EXISTS log"
    " (number INTEGER PRIMARY KEY, key TEXT, action TEXT, args TEXT, at REAL, replayed INTEGER)"
)
KNOWN = "SELECT number, args, at FROM log WHERE key = ? AND NOT replayed"
TAKEN = "INSERT INTO log (key, action, args, at, replayed) VALUES (?, ?, ?, ?, ?)"
Args = dict[str, Any]


class Receiver:
    """The other side, over its file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def take(self, key: str, action: str, args: Args) -> Args:
        """Pay, unless the key is known; the receipt says what was paid under it, and when."""
        return await asyncio.to_thread(self._take, key, action, json.dumps(args, sort_keys=True))

    def _take(self, key: str, action: str, args: str) -> Args:
        with closing(sqlite3.connect(self._file, timeout=30, isolation_level=None)) as log:
            log.execute("BEGIN IMMEDIATE")
            log.execute(MADE)
            known = log.execute(KNOWN, (key,)).fetchone()
            now = time.time()
            number = log.execute(TAKEN, (key, action, args, now, known is not None)).lastrowid
            log.execute("COMMIT")
        first, paid, at = known or (number, args, now)
        return {"receipt": f"R-{first}", "key": key, "args": json.loads(paid), "at": at}
