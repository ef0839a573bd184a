"""A model endpoint on loopback, in a process of its own, that answers every request with one text after a while."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

START = "from benchmarks.slow_model import serve; serve({seconds}, {text!r})"


@contextmanager
def slow_model(seconds: float, text: str) -> Iterator[str]:
    """Start the endpoint, yield its address, and stop it; it answers with `text` after so many seconds."""
    command = [sys.executable, "-c", START.format(seconds=seconds, text=text)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def serve(seconds: float, text: str) -> None:
    """Serve until terminated; prints the address first."""
    import uvicorn  # noqa: PLC0415 - only the process that serves needs the server
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    async def reply(request: Request) -> JSONResponse:
        await request.body()
        await asyncio.sleep(seconds)
        return JSONResponse(completion(text))

    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/v1\n")
    sys.stdout.flush()
    application = Starlette(routes=[Route("/{path:path}", reply, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off"))
    asyncio.run(server.serve([listener]))


def completion(text: str) -> dict[str, Any]:
    """One chat completion."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "slow",
        "choices": [choice],
        "usage": usage,
    }
