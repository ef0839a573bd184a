"""Money moves once per key: any order of requests, any number of processes."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank.ledger.protocol import Bank, BankError, KeyReused, Refused
from bank.ledger.records import LogLine, Receipt
from bank.ledger.sqlite_bank import SqliteBank
from tests.bank.stage import Clock, books, on_card, one, refund

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
Ask = tuple[str, int, str]
ASKS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.sampled_from(["1.00", "2.50", "99999.00"])), max_size=12
)
"""Requests: a key, which of three payments, an amount; few of each, so that they meet."""


async def test_the_same_key_gets_the_first_receipt_again(bank: Bank) -> None:
    asked = refund((await books(bank)).transaction_id, "24.90")
    first = await bank.perform("C007", asked, key="t:refund:0")
    assert await bank.perform("C007", asked, key="t:refund:0") == first
    assert [(line.replayed, line.result) for line in await bank.log()] == [(False, first.result), (True, first.result)]


async def test_a_key_with_other_arguments_moves_nothing(bank: Bank) -> None:
    paid = await books(bank)
    await bank.perform("C007", refund(paid.transaction_id, "24.90"), key="k")
    balance = (await bank.accounts("C007"))[0].balance
    others = [("C007", refund(paid.transaction_id, "24.00")), ("C001", refund(paid.transaction_id, "24.90"))]
    for customer_id, action in others:
        with pytest.raises(KeyReused):
            await bank.perform(customer_id, action, key="k")
    assert (await bank.accounts("C007"))[0].balance == balance
    assert [line.result for line in await bank.log()][1:] == [{"refused": "key_reused"}] * 2


async def test_a_refusal_stands_even_when_its_reason_is_gone(bank: Bank) -> None:
    card = (await bank.cards("C001"))[0].card_id
    refused = []
    for _ in range(2):
        with pytest.raises(Refused) as error:
            await bank.perform("C001", on_card("reissue_card", card), key="reissue")
        refused.append((error.value.code, error.value.message))
        if not refused[1:]:
            await bank.perform("C001", on_card("freeze_card", card), key="freeze")
    assert refused[0] == refused[1]
    told = [(line.action, line.replayed, line.result.get("refused")) for line in await bank.log()]
    assert told == [
        ("reissue_card", False, "card_active"),
        ("freeze_card", False, None),
        ("reissue_card", True, "card_active"),
    ]


@settings(max_examples=40)
@given(asks=ASKS)
def test_any_requests_move_money_once_per_key(seeded: Path, asks: list[Ask]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_ask_all(Path(shutil.copy(seeded, folder)), asks))


async def _ask_all(path: Path, asks: Sequence[Ask]) -> None:
    bank = await SqliteBank.open(path, clock=Clock())
    try:
        paid = [t for t in await bank.transactions("C001", 500) if (t.kind, t.status) == ("card_payment", "posted")]
        before = Decimal((await bank.accounts("C001"))[0].balance)
        first: dict[str, tuple[Ask, Receipt | str]] = {}
        for ask in asks:
            key, which, amount = ask
            outcome = await _outcome(bank, key, paid[which].transaction_id, amount)
            known = first.setdefault(key, (ask, outcome))
            assert outcome == (known[1] if known[0] == ask else "KeyReused")
        receipts = [outcome for _, outcome in first.values() if isinstance(outcome, Receipt)]
        moved = Decimal((await bank.accounts("C001"))[0].balance) - before
        assert moved == sum(Decimal(r.result["amount"]) for r in receipts)
        assert len({r.result["transaction_id"] for r in receipts}) == len(receipts)
        assert moved == _money_moved(await bank.log())
        assert len(await bank.log()) == len(asks)
    finally:
        await bank.aclose()


async def _outcome(bank: Bank, key: str, transaction_id: str, amount: str) -> Receipt | str:
    try:
        return await bank.perform("C001", refund(transaction_id, amount), key=key)
    except Refused as refused:
        return refused.code
    except BankError as error:
        return type(error).__name__


def _money_moved(log: list[LogLine]) -> Decimal:
    """Return what the log says was paid out."""
    done = [line.result for line in log if not line.replayed and "refused" not in line.result]
    return sum((Decimal(result["amount"]) for result in done), Decimal(0))


PROCESS = """
import asyncio, sys
from pathlib import Path
from bank.ledger.sqlite_bank import SqliteBank
from bank.ledger.actions import parse_action

async def main(path: str, transaction_id: str) -> None:
    bank = await SqliteBank.open(Path(path))
    action = parse_action("refund", {"transaction_id": transaction_id, "amount": "24.90"})
    for _ in range(5):
        print((await bank.perform("C007", action, key="same")).model_dump_json())
    await bank.aclose()

print("ready", flush=True)
sys.stdin.readline()
asyncio.run(main(*sys.argv[1:]))
"""


def _start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROCESS, *args], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


async def test_several_processes_with_one_key_have_one_effect(tmp_path: Path) -> None:
    template = await SqliteBank.open(tmp_path / "template.db")
    transaction_id = (await books(template)).transaction_id
    await template.aclose()
    path = tmp_path / "bank.db"
    started = [_start(str(path), transaction_id) for _ in range(4)]
    for process in started:
        assert process.stdout
        process.stdout.readline()
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    spoken = [await asyncio.to_thread(process.communicate) for process in started]
    assert [process.returncode for process in started] == [0] * 4
    receipts = {line for out, _ in spoken for line in out.splitlines()}
    assert len(receipts) == 1
    bank = await SqliteBank.open(path)
    assert [line.replayed for line in await bank.log()] == [False] + [True] * 19
    assert (await one(bank, "C007", transaction_id=transaction_id)).status == "refunded"
    assert json.loads(receipts.pop())["result"]["balance"] == (await bank.accounts("C007"))[0].balance
    await bank.aclose()
