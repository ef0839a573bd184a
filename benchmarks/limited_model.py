"""A model endpoint on loopback, in a process of its own, that takes so many requests in so many seconds, else says 429.

The window slides, as it does at the endpoints that leave nothing over; a request that is refused does not count.
"""

import asyncio
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.slow_model import completion

START = "from benchmarks.limited_model import serve; serve({most}, {seconds}, {text!r}, retry_after={retry_after})"


@dataclass(frozen=True, slots=True)
class Limited:
    """The endpoint's address."""

    url: str


@contextmanager
def limited_model(most: int, seconds: float, text: str, *, retry_after: bool) -> Iterator[Limited]:
    """Start the endpoint, yield it, and stop it; it answers with `text`, and may say when to come back."""
    command = START.format(most=most, seconds=seconds, text=text, retry_after=retry_after)
    started = [sys.executable, "-c", command]
    with subprocess.Popen(started, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Limited(process.stdout.readline().strip())
        finally:
            process.terminate()


def serve(most: int, seconds: float, text: str, *, retry_after: bool) -> None:
    """Serve until terminated; prints the address first. `GET /counts` says what was taken and refused, and when."""
    import uvicorn  # noqa: PLC0415 - only the process that serves needs the server
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    taken: deque[float] = deque(maxlen=most)
    counts = {"taken": 0.0, "refused": 0.0, "first": 0.0, "last": 0.0}

    async def reply(request: Request) -> JSONResponse:
        await request.body()
        now = time.monotonic()
        if len(taken) == most and now - taken[0] < seconds:
            counts["refused"] += 1
            headers = {"retry-after": f"{seconds - (now - taken[0]):.3f}"} if retry_after else {}
            return JSONResponse({"error": {"message": "too many requests", "code": 429}}, 429, headers)
        taken.append(now)
        counts.update(taken=counts["taken"] + 1, first=counts["first"] or now, last=now)
        return JSONResponse(completion(text))

    async def count(_: Request) -> JSONResponse:
        return JSONResponse(counts)

    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/v1\n")
    sys.stdout.flush()
    routes = [Route("/counts", count, methods=["GET"]), Route("/{path:path}", reply, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off"))
    asyncio.run(server.serve([listener]))
