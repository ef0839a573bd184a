"""What a model's endpoint may do instead of answering: faults that pass, and faults that stay."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

from tests.faults.inject.endpoint import Answer, Answering, Body

HUGE = 10_000_000
SLOW_S = 0.1


def said(status: int, body: object, **headers: str) -> Answer:
    """A status with any JSON for its body."""

    async def answer(asked: Answering) -> None:
        await asked.send(status, json.dumps(body).encode(), **headers)

    return answer


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


async def retry_at_a_date_of_a_zone(asked: Answering) -> None:
    """The same date as it is written two hours further east."""
    moment = datetime.now(timezone(timedelta(hours=2))) + timedelta(seconds=2)
    await error_reply(429, retry_after=format_datetime(moment))(asked)


def refuse(is_refused: Callable[[Body], bool], words: object, status: int = 400) -> Answer:
    """Refuse requests of some form, and answer all others right."""

    async def answer(asked: Answering) -> None:
        if is_refused(asked.request):
            await asked.send(status, json.dumps(words).encode())
        else:
            await asked.send(200, json.dumps(asked.right).encode())

    return answer


def names(*parts: str) -> Callable[[Body], bool]:
    """Whether a request names one of these parts, beside its messages."""
    return lambda request: any(part in json.dumps({**request, "messages": []}) for part in parts)


PASSING: Mapping[str, Answer] = {
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
    "500, in a text": said(500, {"error": "scripted 500"}),
    "503, the model is loading": said(503, {"error": "Model scripted 503 is loading"}),
    "200, an error 500": said(200, {"error": {"message": "scripted 500", "code": 500}}),
    "200, an error 503 beside null choices": said(
        200, {"error": {"message": "scripted 503", "code": "503"}, "choices": None}
    ),
    "200, an error in a text": said(200, {"error": "scripted 503: overloaded"}),
    "200, an error in the choice": said(
        200, {"choices": [{"error": {"message": "scripted 502", "code": 502}, "finish_reason": "error"}]}
    ),
    "200, an error without an envelope": said(200, {"object": "error", "message": "scripted 500", "code": 500}),
}

PACED: Mapping[str, Answer] = {
    "429": error_reply(429),
    "429, Retry-After 0": error_reply(429, retry_after="0"),
    "429, Retry-After 1": error_reply(429, retry_after="1"),
    "429, Retry-After 10^6": error_reply(429, retry_after="1000000"),
    "429, Retry-After a date": retry_at_a_date,
    "429, Retry-After a date of a zone": retry_at_a_date_of_a_zone,
    "429, Retry-After junk": error_reply(429, retry_after="soon"),
    "429, Retry-After negative": error_reply(429, retry_after="-5"),
    "429, Retry-After nan": error_reply(429, retry_after="nan"),
    "429, Retry-After in milliseconds": error_reply(429, retry_after_ms="200"),
    "429, a wait in Gemini's form": said(
        429, [{"error": {"message": "scripted 429", "details": [{"retryDelay": "0.2s"}]}}]
    ),
    "200, an error 429": said(200, {"error": {"message": "scripted 429", "code": 429}, "choices": None}),
}
"""The endpoint works, and wants to be asked less often."""

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
    "429, quota in its type alone": said(429, {"error": {"message": "scripted 429", "type": "insufficient_quota"}}),
    "429, quota in Gemini's form": said(
        429, [{"error": {"code": 429, "message": "scripted 429: check your plan and billing details"}}]
    ),
    "402": error_reply(402),
    "400, a text": said(400, {"error": "scripted 400"}),
    "422, a list of faults": said(422, {"detail": [{"loc": ["body", "n"], "msg": "scripted 422"}]}),
    "200, an error 401": said(200, {"error": {"message": "scripted 401", "code": 401}}),
    "200, a quota": said(200, {"error": {"message": "scripted 429", "type": "insufficient_quota"}}),
}

REFUSED_FORMS: Mapping[str, Answer] = {
    "max_completion_tokens": refuse(names("max_completion_tokens"), {"error": "unknown field max_completion_tokens"}),
    "max_completion_tokens, as 422": refuse(
        names("max_completion_tokens"),
        {"detail": [{"loc": ["body", "max_completion_tokens"], "msg": "extra fields not permitted"}]},
        422,
    ),
    "strict": refuse(names('"strict"'), {"error": {"message": "unknown field response_format.json_schema.strict"}}),
    "json_schema": refuse(
        names('"json_schema"'), {"error": {"message": "response_format: json_schema is unavailable"}}
    ),
    "response_format": refuse(names("response_format"), {"error": {"message": "response_format is not supported"}}),
    "both": refuse(
        names("response_format", "max_completion_tokens"), {"error": "max_completion_tokens? response_format?"}
    ),
}
"""Parts of a request that an endpoint refuses in words, and would take the same question without them."""

SAYS: Mapping[str, str] = {
    name: "scripted"
    for name in (*PASSING, *PACED, *STAYING)
    if name not in ("dropped", "reset", "silence", "slow drip", "truncated", "stream cut", "no HTTP")
}
"""What an endpoint says with a fault, and a dead letter repeats."""
