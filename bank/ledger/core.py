"""Open the bank: over HTTP where an address is set, else the embedded one in a file."""

from pathlib import Path

from bank.ledger.http_bank import HttpBank
from bank.ledger.protocol import Bank
from bank.ledger.sqlite_bank import SqliteBank


async def open_bank(url: str | None, path: Path, *, timeout_s: float = 10.0) -> Bank:
    """Open the bank at the address, or in the file when there is none; raises BadSetting or StorageError.

    `timeout_s` is for one whole exchange over HTTP.
    """
    return HttpBank(url, timeout_s) if url else await SqliteBank.open(path)
