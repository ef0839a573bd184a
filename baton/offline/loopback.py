"""Servers on loopback answer this machine's own programs alone: a page in a browser must not reach them.

A page can send requests to any port of this machine, and a domain of its own can resolve there; but it cannot choose
the Host and the Origin that the browser sends.
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
HTTP_PORT = 80  # a Host need not name this port


def loopback_app(routes: Sequence[BaseRoute], most_bytes: int, **more: Any) -> Starlette:
    """Make an application that accepts its own hosts (else 421), origins (else 403) and small bodies (else 413)."""
    guards = [Middleware(OwnHosts), Middleware(RequestBodyLimitMiddleware, max_body_size=most_bytes)]
    return Starlette(routes=routes, middleware=guards, **more)


class OwnHosts:
    """Middleware that accepts only requests for the address that is served."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        refusal = _refusal(scope) if scope["type"] in {"http", "websocket"} else None
        await (refusal or self._app)(scope, receive, send)


def _refusal(scope: Scope) -> JSONResponse | None:
    """The error for a request of another host or origin; None for one of our own."""
    headers, port = Headers(scope=scope), (scope.get("server") or ("", None))[1]
    own = {f"{host}:{port}" for host in HOSTS} | ({*HOSTS} if port == HTTP_PORT else set())
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or hosts[0].lower() not in own:
        return _error(421, "misdirected", f"this is served to 127.0.0.1:{port} and localhost:{port} only")
    if any(origin.lower() not in {f"http://{each}" for each in own} for origin in origins):
        return _error(403, "foreign_origin", "this is not served to pages of other origins")
    return None


def _error(status: int, code: str, message: str) -> JSONResponse:
    """An error in the form that the OpenAI protocol has."""
    return JSONResponse({"error": {"code": code, "message": message, "type": "refused"}}, status)
