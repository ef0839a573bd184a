"""Model roles: each is mapped to `provider:model` in the settings and built once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, get_args

from baton.config.settings import DECISIONS, LLAMA, Role, Settings
from baton.errors import BadSetting
from baton.models.budget import Usage
from baton.offline import transport
from baton.redact import hide

if TYPE_CHECKING:
    import httpx2
    from langchain_core.decisions import BaseDecisionModel
    from langchain_core.language_models import BaseChatModel
    from langchain_openai import ChatOpenAI

    from baton.llama.server import LlamaServer

PROXIES = ("OPENAI_PROXY", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
LOCAL_URL = "http://local/v1"  # never resolved: the transport answers in this process


class Models:
    """The chat models of the roles; built at their first use, one for each name."""

    def __init__(self, configured: Settings) -> None:
        self._settings = configured
        self._built: dict[str, ChatOpenAI] = {}
        self._decisions: dict[str, BaseDecisionModel] = {}
        self._clients: list[tuple[httpx2.Client, httpx2.AsyncClient]] = []
        self._servers: list[LlamaServer] = []
        self._building = asyncio.Lock()

    def name(self, role: "Role | BaseChatModel") -> str:
        """`provider:model` of a role, or of a chat model of the caller's own."""
        if isinstance(role, str):
            return self._settings.model_of(role)
        model = getattr(role, "model_name", None) or getattr(role, "model", None) or type(role).__name__
        return f"{role._llm_type}:{model}"  # noqa: SLF001 - LangChain has no public name for a model's provider

    async def of(self, role: "Role | BaseChatModel") -> "BaseChatModel":
        """The chat model of a role, built at its first use; a chat model of the caller's own is returned as it is.

        Raises:
            BadSetting: the provider needs a key that is not set, or the local model is not known.
        """
        if not isinstance(role, str):
            return role
        name = self.name(role)
        async with self._building:  # one at a time: two would each open a pair of clients, and one pair be lost
            if name not in self._built:
                self._built[name] = await asyncio.to_thread(self._build, name)
        return self._built[name]

    async def decisions(self, name: str) -> "BaseDecisionModel":
        """The decision model `decisions:NAME` of the endpoint, built at its first use.

        Raises:
            BadSetting: there is neither a key nor an endpoint.
        """
        async with self._building:  # as above
            if name not in self._decisions:
                self._decisions[name] = await asyncio.to_thread(self._build_decisions, name)
        return self._decisions[name]

    def _build_decisions(self, name: str) -> "BaseDecisionModel":
        from baton.models.decisions import endpoint_decisions  # noqa: PLC0415 - as langchain_openai below

        remote = {each: self._remote[each] for each in ("api_key", "base_url", "http_client", "http_async_client")}
        return endpoint_decisions(name.removeprefix(DECISIONS), timeout=self._settings.model_timeout_s, **remote)

    def _build(self, name: str) -> "ChatOpenAI":
        from langchain_openai import ChatOpenAI  # noqa: PLC0415 - costs over a second, and only runs need it

        if name.startswith(DECISIONS):
            raise BadSetting(f"{name} answers typed questions and no prompt; set openai:NAME")
        provider, _, model = name.partition(":")
        endpoint = _local(model) if provider == "local" else self._llama(name) if provider == "llama" else self._remote
        return ChatOpenAI(
            model=model,
            max_retries=0,  # the graph's retry policy is the only layer that tries again
            timeout=self._settings.model_timeout_s,
            **endpoint,
        )

    @cached_property
    def _remote(self) -> dict[str, Any]:
        key = self._settings.openai_api_key
        if key is None and self._settings.openai_base_url is None:
            raise BadSetting(
                "OPENAI_API_KEY is not set; set it (and OPENAI_BASE_URL for another endpoint), or use local:desk"
            )
        if key:
            hide(key.get_secret_value())
        self._clients.append(clients := remote_clients(self._settings))
        return {
            "api_key": key.get_secret_value() if key else "none",
            "base_url": self._settings.openai_base_url,
            **_pair(clients),
        }

    def _llama(self, name: str) -> dict[str, Any]:
        """Start the server of a `llama:` model, or join it, and return what leads a client to it.

        Raises:
            BadSetting: it cannot be started.
        """
        from baton.llama.server import LlamaServer  # noqa: PLC0415 - few use it
        from baton.llama.transport import URL, AsyncLlamaTransport, LlamaTransport  # noqa: PLC0415 - as above
        from baton.models.http_clients import bounded_clients  # noqa: PLC0415 - as in remote_clients

        server = LlamaServer(self._settings, name)
        self._servers.append(server)  # before it starts, so that `close` ends the wait
        server.ensure()
        clients = bounded_clients(transports=(LlamaTransport(server), AsyncLlamaTransport(server)))
        self._clients.append(clients)
        return {**_pair(clients), "api_key": "llama", "base_url": URL}

    async def start_llamas(self) -> None:
        """Start the servers that the roles need, so that what is wrong with one is told before a run begins.

        Raises:
            BadSetting: one cannot be started.
        """
        for role in get_args(Role):
            if self.name(role).startswith(LLAMA):
                await self.of(role)

    async def close(self) -> None:
        """Close the connections to remote endpoints, and stop using the servers of `llama:` models."""
        for direct, awaited in self._clients:
            direct.close()
            await awaited.aclose()
        for server in self._servers:
            server.close()


def remote_clients(configured: Settings) -> "tuple[httpx2.Client, httpx2.AsyncClient]":
    """Make the clients of the remote models, ours to close: langchain's own live on past their loop.

    They go through the proxy of OPENAI_PROXY, else through that which the environment names for all programs.

    Raises:
        BadSetting: that proxy cannot be used here.
    """
    import httpx2  # noqa: PLC0415 - a tenth of a second that the local model need not pay

    from baton.models.http_clients import bounded_clients  # noqa: PLC0415 - as httpx2

    try:
        return bounded_clients(configured.openai_proxy)
    except ImportError:  # httpx speaks SOCKS with a further package only
        message = "asks for a SOCKS proxy, which needs a further package: pip install socksio, or unset it"
        raise BadSetting(f"{_proxies('socks')} {message}") from None
    except (ValueError, httpx2.InvalidURL) as error:
        raise BadSetting(f"{_proxies()} cannot be used: {error}; correct or unset it") from None


def _proxies(scheme: str = "") -> str:
    """The names of the variables that set a proxy of the scheme; never their values, which may hold passwords."""
    values = {name: os.environ.get(name, "").lower() for name in PROXIES}
    return ", ".join(name for name, value in values.items() if value and value.startswith(scheme)) or "the proxy"


def _pair(clients: "tuple[httpx2.Client, httpx2.AsyncClient]") -> dict[str, Any]:
    """The arguments that make a ChatOpenAI use these clients and no others."""
    return {
        "http_client": clients[0],
        "http_async_client": clients[1],
        "openai_proxy": None,  # these clients go through it; given twice, it is refused
        "http_socket_options": (),  # as above: without this, a proxy of the environment is warned of
    }


def _local(name: str) -> dict[str, Any]:
    return {"base_url": LOCAL_URL, "api_key": "local", **transport.clients(name)}


@asynccontextmanager
async def models(configured: Settings) -> AsyncIterator[Models]:
    """Open the models of these settings; a factory for `Resources.resource`."""
    chat_models = Models(configured)
    try:
        yield chat_models
    finally:
        await chat_models.close()


@lru_cache(maxsize=256)
def _price_per_token(model: str) -> tuple[float, float] | None:
    """Dollars per input and per output token; None where the price is not known."""
    from genai_prices import Usage as Priced  # noqa: PLC0415 - costs 140 ms
    from genai_prices import calc_price  # noqa: PLC0415

    try:
        # Few tokens, for many would be charged by the tier of long requests.
        price = calc_price(Priced(input_tokens=1000, output_tokens=1000), model_ref=model, provider_id="openai")
    except LookupError:
        return None
    return float(price.input_price) / 1e3, float(price.output_price) / 1e3


def cost_usd(name: str, usage: Usage) -> float | None:
    """The cost of a call in dollars, by the public price list; None where the price is not known, never 0."""
    provider, _, model = name.partition(":")
    prices = None if provider in ("local", "llama") else _price_per_token(model)
    return prices and prices[0] * usage.input_tokens + prices[1] * usage.output_tokens
