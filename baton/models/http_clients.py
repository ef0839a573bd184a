"""HTTP clients for a model endpoint that read a bounded number of bytes of an answer, however small it was packed.

A whole answer is read as endpoints really send it (`baton.models.envelopes`); one that streams is passed on.
"""

import re
import zlib
from collections.abc import AsyncIterator, Iterator

import httpx2

from baton.errors import Fatal
from baton.models.envelopes import OK, read_envelope
from baton.models.exchanges import note_response

MOST_BYTES = 16_000_000
"""Of one answer, after unpacking."""

PLAIN = {"Accept-Encoding": "identity"}  # an answer is small; one that is packed all the same is unpacked to the limit
PACKED = {"gzip", "x-gzip", "deflate"}
WHOLE = re.compile("json|text/plain", re.IGNORECASE)  # content types of an answer in one piece
EITHER_HEADER = zlib.MAX_WBITS | 32  # zlib's flag for: gzip's header or its own


def bounded_clients(
    proxy: str | None = None, transports: "tuple[httpx2.BaseTransport, httpx2.AsyncBaseTransport] | None" = None
) -> tuple[httpx2.Client, httpx2.AsyncClient]:
    """Make a client and an async one, for the caller to close; reading beyond the limit raises Fatal.

    With transports of the caller's own they go through no proxy.
    """
    direct, awaited = transports or (None, None)
    return (
        httpx2.Client(headers=PLAIN, proxy=proxy, transport=direct, event_hooks={"response": [_limit_response]}),
        httpx2.AsyncClient(
            headers=PLAIN, proxy=proxy, transport=awaited, event_hooks={"response": [_limit_async_response]}
        ),
    )


class _Meter:
    """Unpacks and counts the pieces of one answer."""

    def __init__(self, packed: bool) -> None:  # noqa: FBT001 - one caller, which names it
        self._left, self._decompressor = MOST_BYTES, zlib.decompressobj(EITHER_HEADER) if packed else None

    def plain(self, piece: bytes) -> bytes:
        """Unpack a piece, and return its bytes, at most one more than the limit.

        Raises:
            Fatal: the answer is longer than the limit.
            httpx2.DecodingError: the piece cannot be unpacked.
        """
        try:
            plain = self._decompressor.decompress(piece, self._left + 1) if self._decompressor else piece
        except zlib.error as error:
            raise httpx2.DecodingError(f"the answer cannot be unpacked: {error}") from error
        self._left -= len(plain)
        if self._left < 0:
            raise Fatal(f"the model endpoint's answer has more than {MOST_BYTES:,} bytes; check OPENAI_BASE_URL")
        return plain


class _Stream(httpx2.SyncByteStream):
    def __init__(self, whole: httpx2.SyncByteStream, meter: _Meter) -> None:
        self._whole, self._meter = whole, meter

    def __iter__(self) -> Iterator[bytes]:
        yield from map(self._meter.plain, self._whole)

    def close(self) -> None:
        self._whole.close()


class _AsyncStream(httpx2.AsyncByteStream):
    def __init__(self, whole: httpx2.AsyncByteStream, meter: _Meter) -> None:
        self._whole, self._meter = whole, meter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._whole:
            yield self._meter.plain(piece)

    async def aclose(self) -> None:
        await self._whole.aclose()


def _limit_response(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _Stream(response.stream, _take_meter(response))
        if _is_whole(response):
            response.stream = _Read(_read(response, b"".join(response.stream)), response.stream)


async def _limit_async_response(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _AsyncStream(response.stream, _take_meter(response))
        if _is_whole(response):
            body = b"".join([piece async for piece in response.stream])
            response.stream = _AsyncRead(_read(response, body), response.stream)


class _Read(httpx2.ByteStream):
    """A body that was read, and the stream that it came from, which is still to be closed."""

    def __init__(self, body: bytes, source: httpx2.SyncByteStream) -> None:
        super().__init__(body)
        self._source = source

    def close(self) -> None:
        self._source.close()


class _AsyncRead(httpx2.ByteStream):
    """As `_Read`, for an async client."""

    def __init__(self, body: bytes, source: httpx2.AsyncByteStream) -> None:
        super().__init__(body)
        self._source = source

    async def aclose(self) -> None:
        await self._source.aclose()


def _is_whole(response: httpx2.Response) -> bool:
    """Whether a response is an answer in one piece."""
    return bool(response.status_code == OK and WHOLE.search(response.headers.get("content-type", "")))


def _read(response: httpx2.Response, body: bytes) -> bytes:
    """Read the envelope of a whole answer: give the response the status that it should have had; return its body."""
    envelope = read_envelope(body)
    response.status_code = envelope.status
    note_response(response.headers, envelope.thinking)
    return envelope.body


def _take_meter(response: httpx2.Response) -> _Meter:
    """The meter of a response, made from its `content-encoding`, which is removed: the client would unpack unbounded.

    Raises:
        Fatal: the answer is packed in a way that has no limit here.
    """
    encoding = response.headers.pop("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", *PACKED}:
        raise Fatal(f"the model endpoint packs its answers ({encoding!r}), which it was asked not to; switch that off")
    return _Meter(packed=encoding in PACKED)
