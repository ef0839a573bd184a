"""A bank over HTTP, as `bank/ledger/server.py` serves it.

An answer is used only when it is whole and of the right shape. Where it stays unknown whether an action was done (a
time-out, a dropped connection, 5xx, garbage), `BankUnavailable` is raised: asking again with the same key is safe.
"""

import asyncio
import re
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from bank.ledger.actions import BankAction
from bank.ledger.protocol import BadRequest, BankUnavailable, KeyReused, Refused, UnknownCustomer
from bank.ledger.records import Account, Card, Customer, LogLine, Receipt, Transaction
from baton.errors import BadSetting
from desk.records import arguments

MOST_BYTES = 1_000_000
MOST_LOG_BYTES = 64_000_000
_CUSTOMER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_NOW = {408, 425, 429}

T = TypeVar("T")


class HttpBank:
    """A `Bank` at an address; it connects at the first call."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        """`timeout` is seconds for one whole exchange; raises BadSetting for anything but an http(s) address."""
        self._url, self._timeout = _address(url), timeout
        # No proxy and no .netrc: what moves money goes to the address that was set, and nowhere else.
        # No compression: a small answer must not swell to a huge one.
        headers = {"Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(timeout=timeout, headers=headers, follow_redirects=False, trust_env=False)

    async def customer(self, customer_id: str) -> Customer:
        """See `Bank`."""
        return _parse(_CUSTOMER, await self._get(customer_id, ""))

    async def accounts(self, customer_id: str) -> list[Account]:
        """See `Bank`."""
        return _parse(_ACCOUNTS, await self._get(customer_id, "/accounts"))

    async def cards(self, customer_id: str) -> list[Card]:
        """See `Bank`."""
        return _parse(_CARDS, await self._get(customer_id, "/cards"))

    async def transactions(self, customer_id: str, limit: int = 50) -> list[Transaction]:
        """See `Bank`."""
        return _parse(_TRANSACTIONS, await self._get(customer_id, f"/transactions?limit={limit:d}"))

    async def check(self, customer_id: str, action: BankAction) -> dict[str, str]:
        """See `Bank`."""
        return _parse(_RESULT, await self._post(customer_id, action, "/check", {}))

    async def perform(self, customer_id: str, action: BankAction, *, key: str) -> Receipt:
        """See `Bank`."""
        if not (key.isascii() and key.isprintable()):
            raise BadRequest("an idempotency key has printable ASCII characters only")
        return _parse(_RECEIPT, await self._post(customer_id, action, "", {"Idempotency-Key": key}))

    async def log(self) -> list[LogLine]:
        """See `Bank`."""
        request = self._client.build_request("GET", f"{self._url}/log")
        return _parse(_LOG, await self._answer(request, "", MOST_LOG_BYTES))

    async def aclose(self) -> None:
        """See `Bank`."""
        await self._client.aclose()

    async def _get(self, customer_id: str, rest: str) -> bytes:
        request = self._client.build_request("GET", f"{self._url}{_path(customer_id)}{rest}")
        return await self._answer(request, customer_id)

    async def _post(self, customer_id: str, action: BankAction, rest: str, headers: dict[str, str]) -> bytes:
        url = f"{self._url}{_path(customer_id)}/actions/{action.name}{rest}"
        request = self._client.build_request("POST", url, json=arguments(action), headers=headers)
        return await self._answer(request, customer_id)

    async def _answer(self, request: httpx.Request, customer_id: str, most: int = MOST_BYTES) -> bytes:
        """Return the body of a 2xx answer; raises the error that any other answer, or a missing one, means."""
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.send(request, stream=True)
                try:
                    body = await _read_body(response, most)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, TimeoutError) as error:
            complaint = f"the bank at {request.url.netloc.decode()} gave no answer ({type(error).__name__})"
            raise BankUnavailable(f"{complaint}; start it, or correct BATON_BANK_URL") from error
        if not response.is_success:
            raise _refusal(response, body, customer_id)
        return body


def _address(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL()
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.query or parsed.fragment:
        raise BadSetting("the bank's address must be like https://bank.example/api: http or https, and no query")
    return url.rstrip("/")


def _path(customer_id: str) -> str:
    """Return the customer's path; an id that would need quoting there is unknown."""
    if not _CUSTOMER_ID.fullmatch(customer_id):
        raise UnknownCustomer(customer_id)
    return f"/customers/{customer_id}"


async def _read_body(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most:
            raise BankUnavailable(f"the bank's answer has more than {most} bytes")
    return bytes(body)


def _parse(shape: TypeAdapter[T], body: bytes) -> T:
    try:
        return shape.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BankUnavailable(f"the bank's answer does not fit: {first['msg']}") from None


def _refusal(response: httpx.Response, body: bytes, customer_id: str) -> Exception:
    """Return the error that an answer other than 2xx means."""
    status = response.status_code
    code, message = _error_of(body)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NOT_NOW:
        return BankUnavailable(f"the bank answered {status}", _retry_after(response))
    if status == HTTPStatus.NOT_FOUND:
        return UnknownCustomer(customer_id)
    if status == HTTPStatus.CONFLICT:
        return KeyReused(response.request.headers.get("Idempotency-Key", ""))
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return Refused(code, message) if code else BankUnavailable("the bank refused without saying why")
    return BadRequest(f"the bank answered {status}{f': {message}' if message else ''}")


def _error_of(body: bytes) -> tuple[str, str]:
    """Return code and message of the answer's error; both are empty where it has none."""
    try:
        error = _ERROR.validate_json(body)["error"]
        return error["code"][:64], " ".join(error["message"].split())[:500]
    except (ValidationError, KeyError):
        return "", ""


def _retry_after(response: httpx.Response) -> float | None:
    header = response.headers.get("Retry-After", "")
    return float(header) if re.fullmatch(r"[0-9]{1,9}", header) else None


_CUSTOMER = TypeAdapter(Customer)
_ACCOUNTS = TypeAdapter(list[Account])
_CARDS = TypeAdapter(list[Card])
_TRANSACTIONS = TypeAdapter(list[Transaction])
_RECEIPT = TypeAdapter(Receipt)
_RESULT = TypeAdapter(dict[str, str])
_LOG = TypeAdapter(list[LogLine])
_ERROR = TypeAdapter(dict[str, dict[str, str]])
