"""What the plumbing's tests share: an opened plumbing, and a model endpoint on loopback that answers as told."""

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from baton.runtime.resources import Resources, open_resources

PROMPT_TOKENS, COMPLETION_TOKENS = 11, 7
"""What every scripted completion says it cost."""


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; status 0 hangs up without a word.

    `missing` bytes are promised and not sent; with `drip_s`, every byte takes so many seconds.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    missing: int = 0
    drip_s: float = 0.0


def completion(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> Reply:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return wrapped(choices=[{"index": 0, "message": message, "finish_reason": finish}])


def wrapped(**more: Any) -> Reply:
    """A completion's envelope."""
    usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": COMPLETION_TOKENS}
    usage["total_tokens"] = sum(usage.values())
    whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "scripted", "usage": usage}
    return Reply(200, json.dumps({**whole, **more}).encode(), {"content-type": "application/json"})


def failure(status: int, code: str | None = None, **headers: str) -> Reply:
    error = {"message": f"failed with {status}", "type": "scripted", "param": None, "code": code}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"error": error}).encode(), {"content-type": "application/json", **told})


class Endpoint:
    """Answers with its replies in turn, the last one again and again; keeps the bodies it was asked with."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[dict[str, Any]] = []

    def will(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def next(self, body: bytes) -> Reply:
        self.asked.append(json.loads(body))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def said(self, request: int) -> list[str]:
        """The contents of one request's messages."""
        return [message["content"] for message in self.asked[request]["messages"]]


@pytest.fixture
async def resources() -> AsyncIterator[Resources]:
    async with open_resources() as everything:
        yield everything


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # of connections that wait to be taken; by default 5, and a busy machine resets the others


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """Every role asks this one."""
    scripted = Endpoint()
    server = Server(("127.0.0.1", 0), _handler(scripted))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    for role in ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE"):
        monkeypatch.setenv(f"BATON_MODEL_{role}", "openai:scripted")
    yield scripted
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(scripted: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = scripted.next(self.rfile.read(int(self.headers["content-length"])))
            if not reply.status:
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "content-length": str(len(reply.body) + reply.missing)}.items():
                self.send_header(name, value)
            self.end_headers()
            if not reply.drip_s:
                self.wfile.write(reply.body)
                return
            with suppress(OSError):  # nobody listens any more
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(reply.drip_s)

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    return Handler
