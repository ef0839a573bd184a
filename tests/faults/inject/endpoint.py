"""A model's endpoint on loopback that answers as the local model does, and fails at the request it is told to.

Raw sockets, because half an answer, a connection that breaks and a body that never ends are not what a framework sends.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from baton.models.asking import PLAIN
from baton.models.dialects import IN_WORDS
from baton.offline.transport import endpoint

COMPLETIONS = "/v1/chat/completions"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answering:
    """One request that is to be answered badly: its connection, and the answer that would have been right."""

    writer: asyncio.StreamWriter
    right: Body
    request: Body

    async def send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """A whole answer."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        await self.begin(status, {"content-type": kind, "content-length": str(len(body)), **told})
        self.writer.write(body)
        await self.writer.drain()

    async def begin(self, status: int, headers: dict[str, str]) -> None:
        """The head of an answer."""
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
        self.writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode())
        await self.writer.drain()


Answer = Callable[[Answering], Awaitable[None]]


@dataclass(slots=True)
class Endpoint:
    """Fails with `answer` from its request number `first` (from 0) on, `times` times; right otherwise."""

    answer: Answer | None = None
    first: int = 0
    times: int = 1
    asked: list[tuple[float, str]] = field(default_factory=list)
    """When each request came, and what it asked: a question that is tried again or repaired asks the same."""
    faults: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):  # its loop ends
                await self._reply(await _request(reader), writer)
        finally:
            writer.close()

    async def _reply(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        number = len(self.asked)
        request = json.loads(raw)
        if request["messages"][-1]["content"] != PLAIN:  # which finds out whether anything is taken, no question
            self.asked.append((time.monotonic(), _request_key(request)))
        status, _, body = endpoint("desk").reply(COMPLETIONS, json.dumps(_with_schema(request)).encode())
        answering = Answering(writer, json.loads(body), request)
        if self.answer and self.first <= number and self.faults < self.times:
            self.faults += 1
            await self.answer(answering)
        else:
            await answering.send(status, body)


def _request_key(asked: Body) -> str:
    """The schema's name, the tools' names, or nothing; and a digest of the question, without what a repair adds.

    A schema that is said in words belongs to the form, and not to the question.
    """
    asked_for = [str(message.get("content")).partition(f"\n\n{IN_WORDS}")[0] for message in asked["messages"][:2]]
    question = hashlib.sha256(json.dumps(asked_for).encode()).hexdigest()[:12]
    tools = [tool["function"]["name"] for tool in asked.get("tools", ())]
    return " ".join([*tools, *_schema_name(asked), question])


def _schema_name(asked: Body) -> list[str]:
    """The name of the schema that a request carries, or says in words; none where it does neither."""
    if "json_schema" in asked.get("response_format", {}):
        return [asked["response_format"]["json_schema"]["name"]]
    words = str(asked["messages"][-1].get("content")).rpartition(IN_WORDS)[2]
    return [json.loads(words)["title"]] if IN_WORDS in str(asked["messages"]) else []


def _with_schema(asked: Body) -> Body:
    """The request with the schema that it says in words as its form: by its name the stand-in finds what to answer."""
    *before, last = asked["messages"]
    text, said, words = str(last.get("content")).rpartition(f"\n\n{IN_WORDS}")
    if not said:
        return asked
    schema = json.loads(words)
    named = {"name": schema["title"], "schema": schema, "strict": True}
    form = {"type": "json_schema", "json_schema": named}
    return {**asked, "messages": [*before, {**last, "content": text}], "response_format": form}


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    [length] = [line.partition(":")[2] for line in head.splitlines() if line.startswith("content-length:")]
    return await reader.readexactly(int(length))


@asynccontextmanager
async def serve(scripted: Endpoint) -> AsyncIterator[str]:
    """Serve it on a free port of loopback; gives the address for OPENAI_BASE_URL."""
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0, limit=2**24)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
