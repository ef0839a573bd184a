"""The HTTP client against servers that behave and servers that do not, over real loopback sockets."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bank.ledger.actions import parse_action
from bank.ledger.http_bank import HttpBank
from bank.ledger.protocol import BadRequest, BankUnavailable, KeyReused, Refused, UnknownCustomer
from bank.ledger.server import MOST_BYTES, app
from bank.ledger.sqlite_bank import SqliteBank
from baton.errors import BadSetting
from tests.bank.stage import serving

FREEZE = parse_action("freeze_card", {"card_id": "K0001"})
RECEIPT = {"receipt_id": "R000001", "action": "freeze_card", "at": "2026-11-20T09:30:00.000Z", "result": {}}


async def ask_customer(answer: Callable[[Request], Awaitable[Response]], within: float = 5.0) -> object:
    """Perform against a server that gives that answer to everything."""
    with serving(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])) as url:
        bank = HttpBank(url, within)
        try:
            return await bank.perform("C001", FREEZE, key="thread:step:0")
        finally:
            await bank.aclose()


def always(response: Callable[[], Response]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return response()

    return answer


async def test_the_key_and_the_arguments_are_sent() -> None:
    seen = []

    async def answer(request: Request) -> Response:
        seen.append((request.url.path, request.headers["Idempotency-Key"], await request.json()))
        return JSONResponse(RECEIPT)

    await ask_customer(answer)
    assert seen == [("/customers/C001/actions/freeze_card", "thread:step:0", {"card_id": "K0001"})]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_trouble_on_the_other_side_is_for_trying_again(status: int) -> None:
    with pytest.raises(BankUnavailable) as error:
        await ask_customer(always(lambda: PlainTextResponse("busy", status, {"Retry-After": "7"})))
    assert error.value.retry_after == 7.0


@pytest.mark.parametrize("after", ["-1", "soon", "Fri, 20 Nov 2026 09:30:00 GMT", "1e9", "²"])
async def test_a_retry_after_that_is_no_number_is_ignored(after: str) -> None:
    with pytest.raises(BankUnavailable) as error:
        await ask_customer(always(lambda: Response(status_code=503, headers={"Retry-After": after})))
    assert error.value.retry_after is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<html>hello</html>",
        b"[]",
        b'{"receipt_id": "R1"',
        b'{"receipt_id": 1}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
async def test_garbage_is_never_taken_for_a_receipt(body: bytes) -> None:
    with pytest.raises(BankUnavailable):
        await ask_customer(always(lambda: Response(body, media_type="application/json")))


@pytest.mark.parametrize(
    "status, error",
    [
        (404, UnknownCustomer),
        (409, KeyReused),
        (400, BadRequest),
        (401, BadRequest),
        (403, BadRequest),
        (413, BadRequest),
    ],
)
async def test_final_answers(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await ask_customer(always(lambda: PlainTextResponse("no", status)))


async def test_a_refusal_keeps_its_code_and_message() -> None:
    said = {"error": {"code": "already_frozen", "message": "it is frozen\nalready"}}
    with pytest.raises(Refused) as error:
        await ask_customer(always(lambda: JSONResponse(said, 422)))
    assert (error.value.code, error.value.message) == ("already_frozen", "it is frozen already")


async def test_a_refusal_without_a_code_is_garbage() -> None:
    with pytest.raises(BankUnavailable):
        await ask_customer(always(lambda: JSONResponse({"detail": "x"}, 422)))


async def test_redirects_are_not_followed() -> None:
    asked_for = []

    async def answer(request: Request) -> Response:
        asked_for.append(request.url.path)
        return RedirectResponse("/elsewhere", 307)

    with pytest.raises(BadRequest, match="307"):
        await ask_customer(answer)
    assert len(asked_for) == 1


async def test_an_endless_answer_is_cut_off() -> None:
    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536
            await asyncio.sleep(0.001)

    with pytest.raises(BankUnavailable, match="more than 1000000 bytes"):
        await ask_customer(always(lambda: StreamingResponse(flood())))


async def test_a_packed_answer_is_not_unpacked_however_large_it_would_be() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(BankUnavailable, match="does not fit"):
        await ask_customer(always(lambda: Response(bomb, headers={"Content-Encoding": "gzip"})))


async def test_a_slow_drip_ends_at_the_time_out() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    with pytest.raises(BankUnavailable, match="Timeout"):
        await ask_customer(always(lambda: StreamingResponse(drip())), within=0.3)


async def test_nobody_listening() -> None:
    bank = HttpBank("http://127.0.0.1:1")
    with pytest.raises(BankUnavailable, match="ConnectError"):
        await bank.customer("C001")
    await bank.aclose()


@pytest.mark.parametrize("url", ["", "bank.example", "ftp://bank.example", "http://", "http://x?y=1", "file:///etc"])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(BadSetting, match="address"):
        HttpBank(url)


@pytest.fixture
async def door(sqlite_bank: SqliteBank) -> AsyncIterator[httpx.AsyncClient]:
    with serving(app(sqlite_bank)) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield client


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"card_id": 5}', b"\xff", b"[" * 60_000])
async def test_the_server_refuses_malformed_arguments(door: httpx.AsyncClient, content: bytes) -> None:
    answer = await door.post("/customers/C001/actions/freeze_card", content=content, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


async def test_the_server_wants_a_key_a_known_action_and_little(door: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k"}
    assert (await door.post("/customers/C001/actions/freeze_card", json={"card_id": "K0001"})).status_code == 400
    assert (await door.post("/customers/C001/actions/rob", json={}, headers=key)).status_code == 400
    large = b" " * (MOST_BYTES + 1)
    assert (await door.post("/customers/C001/actions/refund", content=large, headers=key)).status_code == 413
    assert (await door.get("/nowhere")).status_code == 400, "404 is kept for unknown customers"
    assert (await door.delete("/log")).status_code == 405
    assert (await door.get("/customers/C001/transactions?limit=x")).status_code == 400
    assert (await door.get("/log")).json() == []
