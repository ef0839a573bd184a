"""HTTP transports that send each request to the server of a model, wherever it answers by now.

A server that died is started again, and the request is sent once more: it runs on this machine and costs nobody money.
What is too long for the model is told before it is asked.
"""

import asyncio
import json
import time
from typing import Any

import httpx2

from baton.llama.files import Address
from baton.llama.lengths import bearer, may_be_too_long, refuse_too_long
from baton.llama.server import LlamaServer

URL = "http://llama.local/v1"  # never resolved: the transport knows where the server is
COMPLETIONS = "/chat/completions"
TRIES = 3
PAUSE_S = 0.2  # for a server that has just died to be gone
DIED = (httpx2.ConnectError, httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)


class LlamaTransport(httpx2.BaseTransport):
    """For a client that does not await."""

    def __init__(self, server: LlamaServer) -> None:
        self._server, self._http = server, httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2.

        Raises:
            BadSetting: the server cannot be started, or the request is too long for it.
        """
        for left in reversed(range(TRIES)):
            address = self._server.ensure()
            try:
                _check_length(self._server, address, request)
                return self._http.handle_request(_addressed(request, address))
            except DIED:
                if not left:
                    raise
                time.sleep(PAUSE_S)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """See httpx2."""
        self._http.close()


class AsyncLlamaTransport(httpx2.AsyncBaseTransport):
    """For a client that awaits."""

    def __init__(self, server: LlamaServer) -> None:
        self._server, self._http = server, httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2.

        Raises:
            BadSetting: the server cannot be started, or the request is too long for it.
        """
        for left in reversed(range(TRIES)):
            address = self._server.running() or await self._ensure()
            try:
                if _is_long(self._server, request):
                    await asyncio.to_thread(_check_length, self._server, address, request)
                return await self._http.handle_async_request(_addressed(request, address))
            except DIED:
                if not left:
                    raise
                await asyncio.sleep(PAUSE_S)
        raise AssertionError("unreachable")

    async def _ensure(self) -> Address:
        return await asyncio.to_thread(self._server.ensure)

    async def aclose(self) -> None:
        """See httpx2."""
        await self._http.aclose()


def _is_long(server: LlamaServer, request: httpx2.Request) -> bool:
    return request.url.path.endswith(COMPLETIONS) and may_be_too_long(_body(request), server.context)


def _check_length(server: LlamaServer, address: Address, request: httpx2.Request) -> None:
    if _is_long(server, request):
        refuse_too_long(_body(request), server.context, address, server.name)


def _body(request: httpx2.Request) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.content)
    return body


def _addressed(request: httpx2.Request, address: Address) -> httpx2.Request:
    """The request with the server's address and key in place of those that stand in it."""
    url = httpx2.URL(address.url).copy_with(raw_path=request.url.raw_path)
    headers = [(name, value) for name, value in request.headers.raw if name.lower() not in (b"host", b"authorization")]
    own = [(b"Host", url.netloc), *((name.encode(), value.encode()) for name, value in bearer(address).items())]
    extensions = request.extensions  # the limits of time
    return httpx2.Request(request.method, url, headers=own + headers, content=request.content, extensions=extensions)
