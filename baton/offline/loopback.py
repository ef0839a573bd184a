"""What is served on loopback is for this machine's own programs: a page in a browser must not reach it.

A page can send requests to any port of this machine, and a name of its own can be made to lead there; but it cannot
choose the Host and the Origin that the browser says.
"""

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]")
HTTP_PORT = 80  # the one that a Host need not name


def own_doors(routes: Sequence[BaseRoute], most_bytes: int, **more: Any) -> Starlette:
    """An application that answers its own hosts (else 421), origins (else 403) and bodies of a size (else 413)."""
    guards = [Middleware(OwnHosts), Middleware(RequestBodyLimitMiddleware, max_body_size=most_bytes)]
    return Starlette(routes=routes, middleware=guards, **more)


class OwnHosts:
    """Lets pass only what was meant for the address that is served."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        refused = _refused(scope) if scope["type"] in {"http", "websocket"} else None
        await (refused or self._app)(scope, receive, send)


def _refused(scope: Scope) -> JSONResponse | None:
    """The answer to a request that is not for us."""
    headers, port = Headers(scope=scope), (scope.get("server") or ("", None))[1]
    own = {f"{host}:{port}" for host in HOSTS} | ({*HOSTS} if port == HTTP_PORT else set())
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or hosts[0].lower() not in own:
        return _error(421, "misdirected", f"this is served to 127.0.0.1:{port} and localhost:{port} only")
    if any(origin.lower() not in {f"http://{each}" for each in own} for origin in origins):
        return _error(403, "foreign_origin", "this is not served to pages of other origins")
    return None


def _error(status: int, code: str, message: str) -> JSONResponse:
    """In the form that both the bank and the OpenAI protocol have."""
    return JSONResponse({"error": {"code": code, "message": message, "type": "refused"}}, status)
