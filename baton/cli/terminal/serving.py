"""Serves an application on loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baton.errors import UsageError

if TYPE_CHECKING:
    from starlette.applications import Starlette


@contextmanager
def listen(port: int) -> Iterator[socket.socket]:
    """Yield a listening socket on 127.0.0.1; port 0 takes any free one.

    Raises:
        UsageError: the port is in use or not allowed.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError as error:
            raise UsageError(f"cannot listen on port {port}: {error.strerror}; choose another with --port") from None
        yield listener


async def serve(application: "Starlette", listener: socket.socket) -> None:
    """Serve the application until a signal ends it."""
    import uvicorn

    config = uvicorn.Config(application, log_level="warning", lifespan="off")
    await uvicorn.Server(config).serve(sockets=[listener])
