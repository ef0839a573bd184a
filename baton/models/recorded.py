"""HTTP clients that record what a model answers, and clients that answer from a file of recordings.

They stand where the network would: all above them is the way that every answer takes, so that an answer from a file is
parsed, repaired, checked, settled and told as it was when the model gave it.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from weakref import WeakValueDictionary

import httpx2

from baton.errors import Fatal, NoRecording, TooLong
from baton.models.exchanges import RECORDED_SECONDS, dialect_of_call
from baton.models.http_clients import bounded_clients
from baton.models.recorded_differences import no_recording
from baton.models.recordings import Recording, Recordings, key_of, rendered
from baton.redact import redact_answer, redact_texts

Clients = tuple[httpx2.Client, httpx2.AsyncClient]
COMPLETIONS = "/chat/completions"
URL = "http://recorded.local/v1"  # never resolved: the transport answers in this process
KEPT_STATUSES = (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
"""An answer, and refusals that the same request will meet again; what may pass is asked anew."""

OF_TRANSFER = {"content-length", "content-encoding", "transfer-encoding"}


def recording_clients(file: Recordings, model: str, inner: Clients) -> Clients:
    """Make clients that answer from the file what it holds, ask `inner` for the rest, and record that."""
    direct, awaited = inner
    return bounded_clients(transports=(_Recording(file, model, direct), _AsyncRecording(file, model, awaited)))


def replaying_clients(file: Recordings, model: str) -> Clients:
    """Make clients that answer from the file alone; a request that it does not hold raises NoRecording."""

    def replay(request: httpx2.Request) -> httpx2.Response:
        return _replay(file, model, request)

    transport = httpx2.MockTransport(replay)
    return bounded_clients(transports=(transport, transport))


class _Recording(httpx2.BaseTransport):
    """For a client that does not await."""

    def __init__(self, file: Recordings, model: str, inner: httpx2.Client) -> None:
        self._file, self._model, self._inner = file, model, inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2."""
        body = _question(request)
        if body is None:
            response = self._inner.send(request, stream=True)
            return httpx2.Response(response.status_code, headers=response.headers, stream=response.stream)
        if known := self._file.find(key_of(self._model, body)):
            return _response(known)
        started = time.monotonic()
        try:
            response = self._inner.send(request)
        except TooLong as error:
            self._file.add(_too_long(self._model, body, error))
            raise
        if made := _made(self._model, body, response, time.monotonic() - started):
            self._file.add(made)
        return _copy(response)


class _AsyncRecording(httpx2.AsyncBaseTransport):
    """For a client that awaits; a request that is being answered is not sent a second time meanwhile."""

    def __init__(self, file: Recordings, model: str, inner: httpx2.AsyncClient) -> None:
        self._file, self._model, self._inner = file, model, inner
        self._asking = WeakValueDictionary[str, asyncio.Lock]()  # one for each request that is being answered

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See httpx2."""
        body = _question(request)
        if body is None:
            response = await self._inner.send(request, stream=True)
            return httpx2.Response(response.status_code, headers=response.headers, stream=response.stream)
        key = key_of(self._model, body)
        async with self._asking.setdefault(key, asyncio.Lock()):
            if known := self._file.find(key):
                return _response(known)
            started = time.monotonic()
            try:
                response = await self._inner.send(request)
            except TooLong as error:
                await asyncio.to_thread(self._file.add, _too_long(self._model, body, error))
                raise
            if made := _made(self._model, body, response, time.monotonic() - started):
                await asyncio.to_thread(self._file.add, made)
        return _copy(response)


def _question(request: httpx2.Request) -> dict[str, Any] | None:
    """The rendered request of a question for a whole answer; None where a request is another."""
    if not request.url.path.endswith(COMPLETIONS):
        return None
    body: dict[str, Any] = json.loads(request.content)
    return None if body.get("stream") else rendered(body)


def _replay(file: Recordings, model: str, request: httpx2.Request) -> httpx2.Response:
    """Answer a request from the file.

    Raises:
        NoRecording: the file holds no answer for it.
        Fatal: it asks for a stream.
    """
    if not request.url.path.endswith(COMPLETIONS):
        return httpx2.Response(HTTPStatus.NOT_FOUND, json={"error": {"message": "only completions are recorded"}})
    if (body := _question(request)) is None:
        raise Fatal("an answer that streams is not recorded; ask for the whole answer (streaming=False)")
    if known := file.find(key_of(model, body)):
        return _response(known)
    raise NoRecording(no_recording(file, model, body))


def _response(known: Recording) -> httpx2.Response:
    """The response that a recording tells of.

    Raises:
        TooLong: the request was, and was never sent.
    """
    if known.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise TooLong(known.answer["error"]["message"])
    headers = {"content-type": "application/json", RECORDED_SECONDS: str(known.seconds)}
    if known.status != HTTPStatus.OK:
        return httpx2.Response(known.status, headers=headers, content=json.dumps(known.answer).encode())
    body = {
        "id": f"recorded-{known.key}",
        "object": "chat.completion",
        "created": 0,
        "model": known.served,
        "choices": [{"index": 0, **known.answer}],
        **({} if known.usage is None else {"usage": known.usage}),
    }
    return httpx2.Response(HTTPStatus.OK, headers=headers, content=json.dumps(body).encode())


def _made(model: str, request: dict[str, Any], response: httpx2.Response, seconds: float) -> Recording | None:
    """The recording of a response; None where it is no answer, or none that is worth keeping."""
    try:
        body = json.loads(redact_texts(response.content))
        answer = _answer(body) if response.status_code == HTTPStatus.OK else dict(body)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    if response.status_code not in KEPT_STATUSES:
        return None
    dialect = dialect_of_call()
    return Recording(
        model,
        request,
        answer,
        body.get("usage"),
        seconds,
        str(body.get("model") or ""),
        response.status_code,
        asdict(dialect) if dialect else None,
    )


def _too_long(model: str, request: dict[str, Any], error: TooLong) -> Recording:
    """The recording of a request that was not sent, for it is longer than the model's context."""
    return Recording(
        model, request, {"error": {"message": str(error)}}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value
    )


def _answer(body: Mapping[str, Any]) -> dict[str, Any]:
    """The first choice of a completion: its message, without what is empty in it, and why it ended."""
    choice = body["choices"][0]
    message = {name: value for name, value in choice["message"].items() if value is not None}
    if isinstance(message.get("content"), str):
        message["content"] = redact_answer(message["content"])
    return {"message": message, "finish_reason": choice.get("finish_reason")}


def _copy(response: httpx2.Response) -> httpx2.Response:
    """A response that was read, for another client to read."""
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in OF_TRANSFER]
    return httpx2.Response(response.status_code, headers=headers, content=response.content)
