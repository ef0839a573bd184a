"""The file under the embedded bank: private, durable, shared, and honest about trouble."""

import asyncio
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bank.ledger.protocol import BadRequest, BankUnavailable
from bank.ledger.sqlite_bank import SqliteBank
from baton.errors import StorageError
from tests.bank.stage import Clock, books, limit, on_card, refund


async def test_the_file_and_its_side_files_are_the_owners_alone(sqlite_bank: SqliteBank, tmp_path: Path) -> None:
    await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("bank.db", "bank.db-wal", "bank.db-shm")]
    assert modes == [0o600] * 3


async def test_opening_again_keeps_everything(sqlite_bank: SqliteBank, tmp_path: Path, clock: Clock) -> None:
    await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    clock.now += timedelta(days=30)
    again = await SqliteBank.open(tmp_path / "bank.db", clock=clock)
    assert (await again.cards("C001"))[0].status == "frozen"
    assert await again.log() == await sqlite_bank.log()
    assert await books(again) == await books(sqlite_bank)
    await again.aclose()


async def test_reset_forgets_keys_and_log(sqlite_bank: SqliteBank) -> None:
    await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    await sqlite_bank.reset()
    assert await sqlite_bank.log() == []
    assert (await sqlite_bank.cards("C001"))[0].status == "active"
    await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")


async def test_fifty_callers_at_once(sqlite_bank: SqliteBank) -> None:
    paid = await books(sqlite_bank)
    receipts = await asyncio.gather(
        *(sqlite_bank.perform("C007", refund(paid.transaction_id, "24.90"), key="same") for _ in range(50))
    )
    assert len({r.receipt_id for r in receipts}) == 1
    assert [line.replayed for line in await sqlite_bank.log()] == [False] + [True] * 49


async def test_an_instruction_that_fails_leaves_nothing_behind(sqlite_bank: SqliteBank, tmp_path: Path) -> None:
    spoil = sqlite3.connect(tmp_path / "bank.db")
    spoil.execute("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT raise(ABORT, 'no room'); END")
    with pytest.raises(StorageError, match="no room"):
        await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    assert (await sqlite_bank.cards("C001"))[0].status == "active"
    spoil.execute("DROP TRIGGER full")
    spoil.close()
    await sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    assert [line.replayed for line in await sqlite_bank.log()] == [False]


async def test_a_foreign_lock_is_waited_for_and_then_named(sqlite_bank: SqliteBank, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bank.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = asyncio.create_task(sqlite_bank.perform("C001", on_card("freeze_card", "K0001"), key="k"))
    await asyncio.sleep(0.1)
    assert not asked.done()
    other.execute("ROLLBACK")
    other.close()
    assert (await asked).action == "freeze_card"


async def test_a_lock_that_stays_is_for_trying_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bank.ledger.tables.BUSY_TIMEOUT_S", 0.05)
    bank = await SqliteBank.open(tmp_path / "bank.db")
    other = sqlite3.connect(tmp_path / "bank.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BankUnavailable, match="locked"):
        await bank.perform("C001", on_card("freeze_card", "K0001"), key="k")
    assert (await bank.customer("C001")).customer_id == "C001", "reading needs no lock"
    other.close()
    await bank.aclose()


@pytest.mark.parametrize("content", [b"not a database at all" * 50, b"SQLite format 3\0" + b"\xff" * 4096])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bank.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"bank\.db"):
        await SqliteBank.open(path)
    assert path.read_bytes() == content


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bank.db"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE customers (x)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        await SqliteBank.open(path)
    assert path.read_bytes() == before


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        await SqliteBank.open(tmp_path / "nowhere" / "bank.db")


@pytest.mark.parametrize("key", ["", "  ", "x" * 256, "ключ", "a\nb"])
async def test_a_key_must_fit_a_header(sqlite_bank: SqliteBank, key: str) -> None:
    with pytest.raises(BadRequest, match="key"):
        await sqlite_bank.perform("C001", limit("K0001", "900.00"), key=key)
    assert await sqlite_bank.log() == []


@pytest.mark.parametrize("many", [0, -1, 501])
async def test_how_many_transactions(sqlite_bank: SqliteBank, many: int) -> None:
    with pytest.raises(BadRequest, match="limit"):
        await sqlite_bank.transactions("C001", many)


async def test_closing_finishes_what_was_asked_and_then_refuses(tmp_path: Path) -> None:
    bank = await SqliteBank.open(tmp_path / "bank.db")
    asked = asyncio.create_task(bank.perform("C001", on_card("freeze_card", "K0001"), key="k"))
    await asyncio.sleep(0)
    await bank.aclose()
    await bank.aclose()
    assert (await asked).action == "freeze_card"
    with pytest.raises(StorageError, match="closed"):
        await bank.customer("C001")
