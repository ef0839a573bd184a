"""The connections to a model endpoint make no more of an answer than the limit, read at once or as it streams."""

import gzip
import tracemalloc
from collections.abc import Callable

import httpx2
import pytest

from baton.config.settings import settings
from baton.errors import Fatal
from baton.models.http_clients import MOST_BYTES, bounded_clients
from tests.baton.conftest import Endpoint, Reply

BOMB = gzip.compress(gzip.compress(bytes(300_000_000), 9))  # 300 MB in a few hundred bytes
PACKED = {"content-encoding": "gzip"}


def asked(client: httpx2.Client, url: str) -> int:
    return len(client.post(url, json={}).content)


def streamed(client: httpx2.Client, url: str) -> int:
    with client.stream("POST", url, json={}) as answer:
        return sum(map(len, answer.iter_bytes()))


@pytest.mark.parametrize("read", [asked, streamed])
def test_a_bomb_ends_at_the_limit(endpoint: Endpoint, read: Callable[[httpx2.Client, str], int]) -> None:
    endpoint.will(Reply(200, gzip.decompress(BOMB), PACKED))
    url = str(settings().openai_base_url)
    client, _ = bounded_clients()
    tracemalloc.start()
    with client, pytest.raises(Fatal, match="more than 16,000,000 bytes"):
        read(client, url)
    assert tracemalloc.get_traced_memory()[1] < 4 * MOST_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize("read", [asked, streamed])
@pytest.mark.parametrize("headers", [{}, PACKED], ids=["plain", "packed"])
def test_up_to_the_limit_all_is_read(
    endpoint: Endpoint, read: Callable[[httpx2.Client, str], int], headers: dict[str, str]
) -> None:
    whole = bytes(MOST_BYTES)
    endpoint.will(Reply(200, gzip.compress(whole) if headers else whole, headers))
    client, _ = bounded_clients()
    with client:
        assert read(client, str(settings().openai_base_url)) == MOST_BYTES


async def test_a_streaming_answer_ends_at_the_limit_too(endpoint: Endpoint) -> None:
    endpoint.will(Reply(200, gzip.decompress(BOMB), PACKED))
    _, client = bounded_clients()
    async with client, client.stream("POST", str(settings().openai_base_url), json={}) as answer:
        assert answer.request.headers["accept-encoding"] == "identity"
        with pytest.raises(Fatal):
            async for _ in answer.aiter_bytes():
                pass
