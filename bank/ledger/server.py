"""Any `Bank` over HTTP.

    GET  /customers/{id}                          GET /log
    GET  /customers/{id}/accounts | cards | transactions?limit=50
    POST /customers/{id}/actions/{name}           arguments as a JSON object, Idempotency-Key header required
    POST /customers/{id}/actions/{name}/check     the same without the key; the result that it would have

Errors are `{"error": {"code", "message"}}`: 404 unknown customer, 409 key reused, 422 refused by a rule,
400 malformed, 403 from a page of another origin, 421 another host's, 503 try again; 413 too large, without one.
"""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bank.ledger.actions import BankAction, parse_action
from bank.ledger.protocol import BadRequest, Bank, KeyReused, Refused, UnknownCustomer
from baton.errors import BatonError, Transient
from baton.offline.loopback import loopback_app
from baton.records import Record

MOST_BYTES = 65_536


def app(bank: Bank) -> Starlette:
    """Return the application, for this machine's own programs; the caller opens and closes the bank."""
    endpoints = _Endpoints(bank)
    routes = [
        Route("/customers/{customer_id}", endpoints.customer),
        Route("/customers/{customer_id}/accounts", endpoints.accounts),
        Route("/customers/{customer_id}/cards", endpoints.cards),
        Route("/customers/{customer_id}/transactions", endpoints.transactions),
        Route("/customers/{customer_id}/actions/{name}", endpoints.perform, methods=["POST"]),
        Route("/customers/{customer_id}/actions/{name}/check", endpoints.check, methods=["POST"]),
        Route("/log", endpoints.log),
    ]
    handlers = {BatonError: _error_response, HTTPException: _unknown_path}
    return loopback_app(routes, MOST_BYTES, exception_handlers=handlers)


class _Endpoints:
    """One method per route."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def customer(self, request: Request) -> Response:
        return JSONResponse((await self._bank.customer(_customer_id(request))).model_dump())

    async def accounts(self, request: Request) -> Response:
        return _list_response(await self._bank.accounts(_customer_id(request)))

    async def cards(self, request: Request) -> Response:
        return _list_response(await self._bank.cards(_customer_id(request)))

    async def transactions(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "50")
        if not (limit.isascii() and limit.isdigit()):
            raise BadRequest("limit must be a whole number")
        return _list_response(await self._bank.transactions(_customer_id(request), int(limit)))

    async def perform(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            raise BadRequest("the header Idempotency-Key is required")
        action = await _action(request)
        return JSONResponse((await self._bank.perform(_customer_id(request), action, key=key)).model_dump())

    async def check(self, request: Request) -> Response:
        return JSONResponse(await self._bank.check(_customer_id(request), await _action(request)))

    async def log(self, request: Request) -> Response:  # noqa: ARG002 - Starlette passes it
        return _list_response(await self._bank.log())


def _customer_id(request: Request) -> str:
    return str(request.path_params["customer_id"])


def _list_response(records: Sequence[Record]) -> JSONResponse:
    return JSONResponse([record.model_dump() for record in records])


async def _action(request: Request) -> BankAction:
    try:
        args: Any = json.loads(await request.body())
        if not isinstance(args, dict):
            raise BadRequest("the arguments must be a JSON object")
        return parse_action(request.path_params["name"], args)
    except (ValueError, RecursionError) as error:
        raise BadRequest(str(error)) from None


async def _error_response(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette passes it
    match error:
        case UnknownCustomer():
            return _error(404, "unknown_customer", str(error))
        case KeyReused():
            return _error(409, "key_reused", str(error))
        case Refused(code=code, message=message):
            return _error(422, code, message)
        case BadRequest():
            return _error(400, "bad_request", str(error))
        case Transient():
            return _error(503, "unavailable", str(error))
        case _:
            return _error(500, "storage", "the bank's storage failed; its own output says more")


async def _unknown_path(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette passes it
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "failed")
    # 404 means an unknown customer, so an unknown path must have another status.
    return _error(400 if status == HTTPStatus.NOT_FOUND else status, "no_such_door", detail)


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
