from pathlib import Path

import pytest

from bank.clerk.desk import FILE, desk_bank, the_bank
from bank.ledger.http_bank import HttpBank
from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from baton.config.home import make_home
from baton.config.settings import settings
from baton.errors import BatonError
from tests.bank.stage import serving


async def test_the_embedded_bank_lies_in_the_home(baton_home: Path) -> None:
    make_home()
    async with desk_bank(settings()) as bank:
        assert (await bank.customer("C007")).customer_id == "C007"
    assert (baton_home / FILE).exists()


async def test_a_bank_elsewhere_is_reached_at_its_address(
    sqlite_bank: SqliteBank, baton_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(app(sqlite_bank)) as url:
        monkeypatch.setenv("BATON_BANK_URL", url)
        async with desk_bank(settings()) as bank:
            assert isinstance(bank, HttpBank)
            assert await bank.cards("C007") == await sqlite_bank.cards("C007")
    assert not (baton_home / FILE).exists()


async def test_outside_a_graph_there_is_no_bank_to_work_with() -> None:
    with pytest.raises(BatonError, match="only inside a node"):
        await the_bank()
