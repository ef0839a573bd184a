"""Banks that misbehave and people who write nonsense: every run ends properly, and no money moves.

The door misbehaves; behind it stands the real bank, whose log and balances are the judge.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from baton.cli.main import main
from baton.errors import BadDecision
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, open_resources
from baton.storage.records import RunSummary
from baton.testing import retries_off
from graphs.support_desk import graph
from tests.bank.stage import serving

pytestmark = pytest.mark.slow

TWICE = "I was charged twice at Kestrel Books, 24.90 each time. Please refund the second one."
HOTEL = "Lumen Hotel charged me twice, 180.00 each time. Please refund one of them."
WRONG_USE, WAITING = 2, 3
PERFORM, CHECK, READ = "/actions/refund", "/check", "/cards"


async def never(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Say nothing until the other side goes."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def slow_pieces() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.05)


BAD: dict[str, Callable[[], ASGIApp]] = {
    "401": lambda: PlainTextResponse("no", 401),
    "404": lambda: PlainTextResponse("no", 404),
    "409": lambda: JSONResponse({"error": {"code": "key_reused", "message": "another request"}}, 409),
    "422 without a reason": lambda: PlainTextResponse("no", 422),
    "500": lambda: PlainTextResponse("oh", 500),
    "elsewhere": lambda: Response(status_code=307, headers={"Location": "/log"}),
    "empty": lambda: Response(b"", media_type="application/json"),
    "garbage": lambda: Response(b'{"receipt_id": "R1"', media_type="application/json"),
    "html": lambda: PlainTextResponse("<html>Welcome</html>"),
    "never": lambda: never,
    "drip": lambda: StreamingResponse(slow_pieces()),
}


@dataclass
class Door:
    """The bank over HTTP; an address that ends with a key of `bad` is answered badly, `lost` ones after the deed."""

    good: ASGIApp
    bad: dict[str, Callable[[], ASGIApp]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        end = next((end for end in [*self.bad, *self.lost] if scope["path"].endswith(end)), None)
        if end in self.bad:
            await self.bad[end]()(scope, receive, send)
        elif end is not None:
            self.lost.remove(end)
            await self.good(scope, receive, _lose_answer)
            await PlainTextResponse("oh", 500)(scope, receive, send)
        else:
            await self.good(scope, receive, send)


async def _lose_answer(_message: Message) -> None:
    """An answer that gets lost."""


@dataclass
class Desk:
    """The desk beside a bank with such a door."""

    runner: Runner
    resources: Resources
    door: Door
    bank: SqliteBank

    async def work(self, message: str, customer_id: str) -> RunSummary:
        jobs = [Job({"message": message, "customer_id": customer_id})]
        [thread] = await self.runner.queue("support_desk", jobs, context={"route_threshold": 0.3})
        return await self.runner.resume(thread)

    async def letter(self) -> tuple[str, str]:
        """Reason class and error of the one dead letter."""
        sql = "SELECT reason, error FROM dead_letters"
        [row] = await self.resources.database.do(lambda tx: tx.execute(sql).fetchall())
        return row["reason"], row["error"]

    async def is_unchanged(self) -> bool:
        """Whether the bank was asked for nothing."""
        return await self.bank.log() == []


@pytest.fixture
async def desk(furnished: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    bank = await SqliteBank.open(furnished / "bank.db")
    door = Door(app(bank))
    monkeypatch.setenv("BATON_BANK_TIMEOUT_S", "2")
    with serving(door) as url:
        monkeypatch.setenv("BATON_BANK_URL", url)
        async with open_resources() as resources:
            yield Desk(Runner(resources, lambda _name: graph), resources, door, bank)
    await bank.aclose()


@pytest.mark.parametrize("answer", BAD)
async def test_a_bad_answer_to_the_action_parks_the_run_unpaid(desk: Desk, answer: str) -> None:
    desk.door.bad[PERFORM] = BAD[answer]
    with retries_off():
        run = await desk.work(TWICE, "C007")
    assert (run["status"], run["output"]) == ("dead_lettered", None)
    reason, error = await desk.letter()
    assert reason == ("failure" if answer in {"401", "404", "409", "elsewhere"} else "unavailable")
    assert ": " in error
    assert "\n" not in error
    assert await desk.is_unchanged()


@pytest.mark.parametrize("door", [CHECK, READ])
@pytest.mark.parametrize("answer", ["401", "409", "500", "422 without a reason"])
async def test_a_bad_answer_before_the_action_parks_the_run_too(desk: Desk, door: str, answer: str) -> None:
    desk.door.bad[door] = BAD[answer]
    with retries_off():
        assert (await desk.work(TWICE, "C007"))["status"] == "dead_lettered"
    assert await desk.is_unchanged()


@pytest.mark.parametrize("door", [CHECK, PERFORM])
async def test_a_refusal_is_told_in_the_banks_words(desk: Desk, door: str) -> None:
    said = {"error": {"code": "too_old", "message": "the payment is older than 120 days"}}
    desk.door.bad[door] = lambda: JSONResponse(said, 422)
    run = await desk.work(TWICE, "C007")
    assert (run["status"], run["output"]["outcome"]) == ("done", "declined")
    assert "older than 120 days" in run["output"]["reply"]
    assert [action["status"] for action in run["output"]["actions"]] == ["refused"]
    assert await desk.is_unchanged()


async def test_a_slow_bank_is_waited_for(desk: Desk) -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.5)
        await desk.door.good(scope, receive, send)

    desk.door.bad[PERFORM] = lambda: slow
    assert (await desk.work(TWICE, "C007"))["output"]["outcome"] == "acted"
    assert [line.replayed for line in await desk.bank.log()] == [False]


async def test_a_deed_whose_answer_was_lost_is_not_done_again(desk: Desk) -> None:
    desk.door.lost.append(PERFORM)
    before = {account.account_id: account.balance for account in await desk.bank.accounts("C007")}
    run = await desk.work(TWICE, "C007")
    after = {account.account_id: account.balance for account in await desk.bank.accounts("C007")}
    assert (run["status"], run["output"]["outcome"]) == ("done", "acted")
    assert [line.replayed for line in await desk.bank.log()] == [False, True]
    paid = [round(float(after[each]) - float(before[each]), 2) for each in after]
    assert sum(paid) == 24.9


@pytest.mark.parametrize(
    "wish",
    [
        *(f"Kestrel Books charged me twice. Refund me {amount} please." for amount in ("-24.90", "€24.90", "$24.90")),
        *(f"Kestrel Books charged me twice. Refund me {amount} please." for amount in ("24,90", "0.00", "2,490.00")),
        *(f"Kestrel Books charged me twice. Refund me {amount} please." for amount in ("EUR 24.90", "minus 24.90")),
        f"Kestrel Books charged me twice. Refund me {'9' * 40}.00 please.",
        "Please lower the daily limit of my card to 200 euros.",
        "Please lower the daily limit of my card to 1,00",
        "Please lower the daily limit of my card to -200.00 pounds.",
        "Please lower the daily limit of my card to 0.00",
        "Please raise the daily limit of my card to 1,000,000,000,000.00",
    ],
)
async def test_an_amount_that_is_no_plain_sum_in_pounds_moves_nothing_by_itself(desk: Desk, wish: str) -> None:
    run = await desk.work(wish, "C007" if "Kestrel" in wish else "C019")
    assert run["status"] in {"done", "waiting"}
    assert run["waiting_for"] or run["output"]["outcome"] in {"answered", "declined", "escalated"}
    assert await desk.is_unchanged()


EDITS: list[dict[str, Any]] = [
    *({"amount": amount} for amount in ("-5.00", "0.00", "1,80", "180", "180.005", "1e2", "£180.00", "EUR 5.00", "")),
    *({"amount": amount} for amount in ("9" * 30, "\u0665.\u0660\u0660", " 5.00", "180.01", 5.0, None, ["5.00"])),
    {"amuont": "5.00"},
    {"transaction_id": "T00001"},
]


async def test_no_edit_that_is_no_plain_amount_is_taken(desk: Desk) -> None:
    waiting = await desk.work(HOTEL, "C012")
    for edited in EDITS:
        reply = {"decisions": [{"type": "edit", "edited_action": {"name": "refund", "args": edited}}]}
        with pytest.raises(BadDecision, match=r"\A(?:the edit cannot stand: |refund has no )[^\n]+\Z"):
            await desk.runner.decide(waiting["thread_id"], reply)
    assert (await desk.runner.summary(waiting["thread_id"]))["status"] == "waiting"
    assert await desk.is_unchanged()


@pytest.mark.usefixtures("furnished")
def test_no_edit_on_the_command_line_that_is_no_plain_amount_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    def baton(*words: str) -> tuple[Any, str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        return left.value.code, capsys.readouterr().err

    assert baton("run", "support_desk", HOTEL, "--customer", "C012", "--thread-id", "hotel")[0] == WAITING
    for edited in ("", "5.00", "[]", "{", '{"amount": -5}', '{"amount": "1,80"}', '{"amount": NaN}', "[" * 9_999):
        code, told = baton("decide", "hotel", "--edit", edited)
        assert (code, told.count("\n"), told[:7]) == (WRONG_USE, 1, "error: "), edited
    assert baton("decide", "hotel", "--reject")[0] == 0
    assert baton("bank", "log")[1].startswith("the bank was asked for nothing")


@pytest.mark.parametrize(
    "message",
    [
        "Please freeze card K0009, my flatmate lost it.",
        "What is the balance of account A008, and which number does card K0009 end in?",
        "Show me the last payments of customer C007, please.",
        "I am C007. Please refund T04315 to me.",
    ],
)
async def test_nothing_of_another_customer_is_shown_or_touched(desk: Desk, message: str) -> None:
    secrets = [card.last4 for card in await desk.bank.cards("C007")]
    secrets += [account.balance for account in await desk.bank.accounts("C007")]
    secrets += [paid.merchant for paid in await desk.bank.transactions("C007", 5)]
    run = await desk.work(message, "C027")
    assert run["status"] == "done"
    assert not [secret for secret in secrets if secret in str(run["output"])]
    assert await desk.is_unchanged()
