"""The offline transport: HTTP clients whose OpenAI-compatible endpoint is inside this process.

    ChatOpenAI -> clients(NAME) --in process--> Endpoint.reply -> responder -> answer
    any client -> app(NAME) ----over HTTP-----> Endpoint.reply -> responder -> answer

An answer takes the whole way over the protocol, so that offline and online run the same code.

    ChatOpenAI(model="desk", base_url="http://local/v1", api_key="local", max_retries=0, **clients("desk"))
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from baton.config.project import project
from baton.errors import BadSetting, NoResponders
from baton.offline.endpoint import Endpoint, Refusal, Request, Responder, Usage

if TYPE_CHECKING:
    import httpx2
    from starlette.applications import Starlette
    from starlette.requests import Request as HttpRequest
    from starlette.responses import Response

__all__ = ["Endpoint", "Refusal", "Request", "Responder", "Usage", "app", "clients", "endpoint", "load_responders"]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]  # all, so that the error for a wrong one is JSON

MOST_BYTES = 4_000_000  # of a request over HTTP; more than any budget holds

_opening = RLock()
_in_process: dict[str, Mapping[str, Responder]] = {}


@contextmanager
def offer_responders(name: str, responders: Mapping[str, Responder]) -> Iterator[None]:
    """Offer a local model of that name in this process for the length of a block; each needs a name of its own."""
    _in_process[name] = responders
    try:
        yield
    finally:
        del _in_process[name]


@cache
def load_responders(name: str) -> Mapping[str, Responder]:
    """The responders that are offered in this process, or that the project's file names as `responders.NAME`.

    Raises:
        NoResponders: the file has no entry of that name.
        BadSetting: the entry cannot be loaded, or is no mapping.
    """
    if name in _in_process:
        return _in_process[name]
    ours = project()
    if name not in ours.responders:
        names = ", ".join(sorted(ours.responders)) or "none"
        raise NoResponders(
            f"no responders named {name!r} for the local model; {ours.file or 'this project'} names {names}"
        )
    responders = ours.load(f"responders.{name}", ours.responders[name])
    if not isinstance(responders, Mapping):
        raise BadSetting(f"{ours.file}: responders.{name} is no mapping of names to functions")
    return responders


def endpoint(name: str) -> Endpoint:
    """The one endpoint of that name in this process; its `usage` counts all that `clients` and `app` answered."""
    with _opening:
        return _endpoint(name)


def clients(name: str) -> dict[str, Any]:
    """The arguments that keep a ChatOpenAI inside this process, also where the environment names a proxy.

    There is one pair of clients for each name, for every thread and loop.
    """
    with _opening:
        pair = _clients(name)
        if any(client.is_closed for client in pair):  # by the user of one model, while others still use them
            _clients.cache_clear()
            pair = _clients(name)
    return {"http_client": pair[0], "http_async_client": pair[1], "openai_proxy": None, "http_socket_options": ()}


def app(name: str) -> "Starlette":
    """Make an application that serves the same endpoint over HTTP, for this machine's own programs."""
    # Imported here: a tenth of a second that only serving needs.
    from starlette.responses import Response  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from baton.offline.loopback import loopback_app  # noqa: PLC0415

    served = endpoint(name)

    async def answer(request: "HttpRequest") -> "Response":
        status, kind, content = served.reply(request.url.path, await request.body(), request.method)
        return Response(content, status, media_type=kind)

    return loopback_app([Route("/{path:path}", answer, methods=METHODS)], MOST_BYTES)


@cache
def _endpoint(name: str) -> Endpoint:
    return Endpoint(load_responders(name), name)


@cache
def _clients(name: str) -> "tuple[httpx2.Client, httpx2.AsyncClient]":
    """Make the clients whose transport is the endpoint; both, since without one of them ChatOpenAI opens a socket."""
    import httpx2  # noqa: PLC0415, a tenth of a second that a run with a real model need not pay here

    served = endpoint(name)

    def respond(request: httpx2.Request) -> httpx2.Response:
        status, kind, content = served.reply(request.url.path, request.content, request.method)
        return httpx2.Response(status, headers={"content-type": kind}, content=content)

    transport = httpx2.MockTransport(respond)
    return httpx2.Client(transport=transport), httpx2.AsyncClient(transport=transport)
