"""What is served on loopback: to its own hosts and origins, and no more than a limit, over a real socket."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from baton.offline.loopback import loopback_app

MOST = 100_000


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def deaf(request: Request) -> PlainTextResponse:
    return PlainTextResponse("heard nothing")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    routes = [Route("/", echo, methods=["GET", "POST"]), Route("/deaf", deaf, methods=["GET", "POST"])]
    config = uvicorn.Config(loopback_app(routes, MOST), port=0, log_level="critical", lifespan="off", ws="none")
    server, opened = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=asyncio.run, args=(server.serve([opened]),))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield opened.getsockname()[1]
    server.should_exit = True
    thread.join()
    opened.close()


def status(port: int, *lines: str, body: bytes = b"", target: str = "/", version: str = "1.1") -> int:
    """The status of what is answered to a request with those header lines, byte for byte."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
        head = "\r\n".join([f"POST {target} HTTP/{version}", *lines, "Connection: close", "", ""])
        asking.sendall(head.encode() + body)
        return int(asking.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LocalHost"])
@pytest.mark.parametrize("origin", [None, "http://127.0.0.1", "http://localhost"])
def test_its_own_hosts_and_origins_are_answered(port: int, host: str, origin: str | None) -> None:
    lines = [f"Host: {host}:{port}", *([f"Origin: {origin}:{port}"] if origin else [])]
    assert status(port, *lines) == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}"),
        *("127.0.0.1.evil.example:{port}", "127.0.0.1:{port}@evil.example", "0.0.0.0:{port}", "[::1]", "", ":{port}"),
        *("user@127.0.0.1:{port}", "127.0.0.1:{port}/", "127.0.0.1:{port}, evil.example"),
    ],
)
def test_another_host_is_not(port: int, host: str) -> None:
    assert status(port, f"Host: {host.format(port=port)}") in {400, 421}


def test_no_host_and_two_hosts_are_not(port: int) -> None:
    own = f"Host: 127.0.0.1:{port}"
    assert status(port, version="1.0") in {400, 421}
    assert status(port, own, "Host: evil.example") in {400, 421}


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "file://",
        "",
    ],
)
def test_a_page_of_another_origin_is_not(port: int, origin: str) -> None:
    assert status(port, f"Host: 127.0.0.1:{port}", f"Origin: {origin.format(port=port)}") == 403


def test_one_own_origin_does_not_excuse_another(port: int) -> None:
    origins = [f"Origin: http://127.0.0.1:{port}", "Origin: http://evil.example"]
    assert status(port, f"Host: 127.0.0.1:{port}", *origins) == 403


@pytest.mark.parametrize("size,told", [(MOST, 200), (MOST + 1, 413), (10**12, 413)])
@pytest.mark.parametrize("target", ["/", "/deaf"])
def test_a_body_that_is_too_long_is_refused_by_what_it_says_of_itself(
    port: int, size: int, told: int, target: str
) -> None:
    body = b" " * min(size, MOST)
    assert status(port, f"Host: 127.0.0.1:{port}", f"Content-Length: {size}", body=body, target=target) == told


def test_one_that_does_not_say_is_refused_as_soon_as_it_is_too_long(port: int) -> None:
    chunk = b"%x\r\n" % MOST + b" " * MOST + b"\r\n"
    assert status(port, f"Host: 127.0.0.1:{port}", "Transfer-Encoding: chunked", body=chunk + b"1\r\n \r\n") == 413
    assert status(port, f"Host: 127.0.0.1:{port}", "Transfer-Encoding: chunked", body=chunk + b"0\r\n\r\n") == 200
