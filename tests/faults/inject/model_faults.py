"""What a model's endpoint may do instead of answering: faults that pass, and faults that stay."""

import asyncio
import json
import socket
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.faults.inject.endpoint import Answer, Answering

HUGE = 10_000_000
SLOW_S = 0.1


def error_reply(status: int, code: str | None = None, **headers: str) -> Answer:
    """An error as the protocol spells it."""
    error = {"error": {"message": f"scripted {status}", "type": "scripted", "param": None, "code": code}}

    async def answer(asked: Answering) -> None:
        await asked.send(status, json.dumps(error).encode(), **headers)

    return answer


async def drop(asked: Answering) -> None:
    """Hang up without a word."""
    asked.writer.close()


async def reset(asked: Answering) -> None:
    """Break the connection, as a crashed host does."""
    raw: socket.socket = asked.writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.writer.transport.abort()


async def silence(asked: Answering) -> None:
    """Never answer."""
    await asked.writer.wait_closed()


async def drip(asked: Answering) -> None:
    """A body that comes a byte at a time and never ends: no single read takes long."""
    await asked.begin(200, {"content-type": "application/json", "content-length": str(HUGE)})
    while not asked.writer.is_closing():
        asked.writer.write(b" ")
        await asked.writer.drain()
        await asyncio.sleep(SLOW_S)


async def truncate(asked: Answering) -> None:
    """Half the bytes that were promised."""
    body = json.dumps(asked.right).encode()
    await asked.begin(200, {"content-type": "application/json", "content-length": str(len(body))})
    asked.writer.write(body[: len(body) // 2])
    await asked.writer.drain()


async def cut_stream(asked: Answering) -> None:
    """A chunked body without its last chunk."""
    body = json.dumps(asked.right).encode()
    await asked.begin(200, {"content-type": "application/json", "transfer-encoding": "chunked"})
    asked.writer.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
    await asked.writer.drain()


async def gibberish(asked: Answering) -> None:
    """No HTTP at all."""
    asked.writer.write(b"\x16\x03\x01 220 mail.example ready\r\n\r\n")
    await asked.writer.drain()


def date_in(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


async def retry_at_a_date(asked: Answering) -> None:
    """`Retry-After` as a date, two seconds from now."""
    await error_reply(429, retry_after=date_in(2))(asked)


PASSING: Mapping[str, Answer] = {
    "429": error_reply(429),
    "429, Retry-After 0": error_reply(429, retry_after="0"),
    "429, Retry-After 1": error_reply(429, retry_after="1"),
    "429, Retry-After 10^6": error_reply(429, retry_after="1000000"),
    "429, Retry-After a date": retry_at_a_date,
    "429, Retry-After junk": error_reply(429, retry_after="soon"),
    "429, Retry-After negative": error_reply(429, retry_after="-5"),
    "429, Retry-After nan": error_reply(429, retry_after="nan"),
    "408": error_reply(408),
    "409": error_reply(409),
    "500": error_reply(500),
    "502": error_reply(502),
    "503": error_reply(503),
    "503, Retry-After 1": error_reply(503, retry_after="1"),
    "529": error_reply(529),
    "dropped": drop,
    "reset": reset,
    "silence": silence,
    "slow drip": drip,
    "truncated": truncate,
    "stream cut": cut_stream,
    "no HTTP": gibberish,
}

STAYING: Mapping[str, Answer] = {
    "400": error_reply(400),
    "400, content filter": error_reply(400, "content_filter"),
    "400, context length": error_reply(400, "context_length_exceeded"),
    "401": error_reply(401, "invalid_api_key"),
    "403": error_reply(403),
    "404": error_reply(404, "model_not_found"),
    "413": error_reply(413),
    "422": error_reply(422),
    "429, quota": error_reply(429, "insufficient_quota"),
    "429, quota, Retry-After 1": error_reply(429, "insufficient_quota", retry_after="1"),
}
