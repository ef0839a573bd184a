"""An address chooses the bank over HTTP, none the embedded one."""

from pathlib import Path

from bank.ledger.core import open_bank
from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from tests.bank.stage import serving


async def test_both_banks_tell_the_same(sqlite_bank: SqliteBank, tmp_path: Path) -> None:
    embedded = await open_bank(None, tmp_path / "bank.db")
    with serving(app(sqlite_bank)) as url:
        remote = await open_bank(f"{url}/", tmp_path / "unused.db")
        assert await remote.cards("C012") == await embedded.cards("C012")
        await remote.aclose()
    await embedded.aclose()
