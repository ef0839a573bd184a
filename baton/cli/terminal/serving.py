"""Serving an application on loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baton.errors import UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket on 127.0.0.1; port 0 is any free one.

    Raises:
        UsageError: the port is in use or not allowed.
    """
    with socket.socket() as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind(("127.0.0.1", port))
            opened.listen()
        except OSError as error:
            raise UsageError(f"cannot listen on port {port}: {error.strerror}; choose another with --port") from None
        yield opened


async def serve(application: "Starlette", opened: socket.socket) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    config = uvicorn.Config(application, log_level="warning", lifespan="off")
    await uvicorn.Server(config).serve(sockets=[opened])
