"""Model roles: each is mapped to `provider:model` in the settings and built once."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from baton.config.settings import DECISIONS, LLAMA, RECORDED, REMOTE, RemoteEndpoint, Role, Settings
from baton.errors import BadSetting
from baton.models.access import (
    GIVEN,
    LOCAL,
    Access,
    Endpoint,
    RecordedEndpoint,
    address_of,
    llama_endpoint,
    open_endpoint,
)
from baton.models.budget import Usage
from baton.models.dialects import Dialect
from baton.models.pace import Pace
from baton.models.recordings import Place, recordings
from baton.offline import transport
from baton.redact import hide
from baton.storage.database import Database

if TYPE_CHECKING:
    import httpx2
    from langchain_core.decisions import BaseDecisionModel
    from langchain_core.language_models import BaseChatModel

    from baton.llama.server import LlamaServer

PROXIES = ("OPENAI_PROXY", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
IN_PROCESS = {"local", "llama", "recorded"}  # providers of this machine, whose models cost nothing
IN_THIS_PROCESS = RemoteEndpoint(None, None, "")
AZURE_VERSION = "2024-10-21"
OF_CHAT_MODELS = ("openai_proxy", "http_socket_options")  # options that the client of decisions has not
LOCAL_URL = "http://local/v1"  # never resolved: the transport answers in this process


class Models:
    """The chat models of the roles; built at their first use, one for each name, address and key."""

    def __init__(self, configured: Settings) -> None:
        self._settings = configured
        self._built: dict[tuple[str, str | None, str | None], BaseChatModel] = {}
        self._decisions: dict[str, BaseDecisionModel] = {}
        self._clients: list[tuple[httpx2.Client, httpx2.AsyncClient]] = []
        self._remote_clients: tuple[httpx2.Client, httpx2.AsyncClient] | None = None
        self._servers: list[LlamaServer] = []
        self._building = asyncio.Lock()
        self._endpoints: dict[tuple[str, str, str], Endpoint] = {}
        self._paces: dict[str, Pace] = {}

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
        remote = self._settings.remote_of(role) if name.startswith(REMOTE) else IN_THIS_PROCESS
        which = (name, remote.url, remote.key.get_secret_value() if remote.key else None)
        if which not in self._built:
            async with self._building:  # one at a time: two would each open a pair of clients, and one pair be lost
                if which not in self._built:
                    self._built[which] = await asyncio.to_thread(self._build, name, remote)
        return self._built[which]

    async def access(self, role: "Role | BaseChatModel", database: Database) -> Access:
        """The chat model of a role with what is known of its endpoint, which is read from the home at its first use.

        Raises:
            BadSetting: as `of`.
        """
        client = await self.of(role)
        if isinstance(role, str) and self.name(role).startswith("local:"):
            return Access(client, LOCAL)
        if isinstance(role, str) and self.name(role).startswith(LLAMA):
            return Access(client, await self._llama_endpoint(self.name(role), database), self._sampling)
        if isinstance(role, str) and self.name(role).startswith(RECORDED):
            return Access(client, self._recorded_endpoint(self.name(role)), self._sampling)
        if type(client).__module__.partition(".")[0] != "langchain_openai":
            return Access(client, GIVEN)
        by_hand = self._settings.abilities_of(role) if isinstance(role, str) else ""
        which = (address_of(client), self.name(role).partition(":")[2], by_hand)
        if which not in self._endpoints:
            async with self._building:
                if which not in self._endpoints:
                    pace = await self._pace(which[0], database, self._settings.calls_at_once)
                    self._endpoints[which] = await open_endpoint(*which, pace, database)
        return Access(client, self._endpoints[which], self._sampling if isinstance(role, str) else {})

    def _recorded_endpoint(self, name: str) -> Endpoint:
        """The endpoint of recordings: it is asked in the forms in which the recorded model was."""
        if (which := (RECORDED, name, "")) not in self._endpoints:
            place = Place.of(name)
            model = recordings(place.path).model_named(place.model)
            known = [
                Dialect.from_object(each.dialect) for each in recordings(place.path).of_model(model) if each.dialect
            ]
            dialects = tuple(dict.fromkeys(known)) or (Dialect(),)
            self._endpoints[which] = RecordedEndpoint(
                "", model, dialects[0], fits_answers=model.startswith(LLAMA), recorded=dialects
            )
        return self._endpoints[which]

    async def _llama_endpoint(self, name: str, database: Database) -> Endpoint:
        """The endpoint of a `llama:` model: a call begins, and its time with it, when the server has a slot for it."""
        which = (name, "", "")
        if which not in self._endpoints:
            async with self._building:
                if which not in self._endpoints:
                    pace = await self._pace(name, database, self._settings.llama_slots)
                    self._endpoints[which] = llama_endpoint(pace)
        return self._endpoints[which]

    async def _pace(self, address: str, database: Database, calls_at_once: int) -> Pace:
        """The pace of an address, opened at its first use; its models share it."""
        if address not in self._paces:
            self._paces[address] = Pace(address, database, calls_at_once)
            await self._paces[address].open()
        return self._paces[address]

    @cached_property
    def _sampling(self) -> dict[str, Any]:
        chosen = {"temperature": self._settings.temperature, "seed": self._settings.seed}
        return {name: value for name, value in chosen.items() if value is not None}

    async def decisions(self, name: str, role: Role = "classifier") -> "BaseDecisionModel":
        """The decision model `decisions:NAME` of the role's endpoint, built at its first use.

        Raises:
            BadSetting: there is neither a key nor an endpoint.
        """
        async with self._building:  # as above
            if name not in self._decisions:
                remote = self._settings.remote_of(role)
                self._decisions[name] = await asyncio.to_thread(self._build_decisions, name, remote)
        return self._decisions[name]

    def _build_decisions(self, name: str, remote: RemoteEndpoint) -> "BaseDecisionModel":
        from baton.models.decisions import endpoint_decisions  # noqa: PLC0415 - as langchain_openai below

        options = {each: value for each, value in self._options(remote).items() if each not in OF_CHAT_MODELS}
        return endpoint_decisions(name.removeprefix(DECISIONS), **options)

    def _build(self, name: str, remote: RemoteEndpoint) -> "BaseChatModel":
        from langchain_openai import AzureChatOpenAI, ChatOpenAI  # noqa: PLC0415 - over a second, and only runs need it

        if name.startswith(DECISIONS):
            raise BadSetting(f"{name} answers typed questions and no prompt; set openai:NAME")
        provider, _, model = name.partition(":")
        # The graph's retry policy is the only layer that tries again; every model is asked for chat completions, also
        # one for which the client would choose another protocol by its name.
        options: dict[str, Any] = {
            "max_retries": 0,
            "timeout": self._settings.answer_limit_s(name),
            "use_responses_api": False,
        }
        if provider == "local":
            return ChatOpenAI(model=model, **options, **_local(model))
        if provider == "recorded":
            return ChatOpenAI(model=model, **options, **self._replay(name))
        own = self._llama(name) if provider == "llama" else self._options(remote, is_azure=provider == "azure")
        options |= self._recording(name, own) if self._settings.record else own
        if provider == "azure":
            address = {"azure_endpoint": options.pop("base_url"), "api_version": self._settings.openai_api_version}
            address["api_version"] = address["api_version"] or AZURE_VERSION
            return AzureChatOpenAI(azure_deployment=model, model=model, **address, **options)
        return ChatOpenAI(model=model, **options)

    def _options(self, remote: RemoteEndpoint, *, is_azure: bool = False) -> dict[str, Any]:
        """The arguments of a client for a remote endpoint.

        Raises:
            BadSetting: there is neither a key nor an endpoint.
        """
        if is_azure and not remote.url:
            raise BadSetting("AZURE_OPENAI_ENDPOINT is not set; set it to https://RESOURCE.openai.azure.com")
        if not remote.is_known:
            raise BadSetting(
                f"{remote.key_name} is not set; set it (and OPENAI_BASE_URL for another endpoint), or use local:desk"
            )
        key = remote.key.get_secret_value() if remote.key else "none"
        if remote.key:
            hide(key)
        if self._remote_clients is None:
            self._remote_clients = remote_clients(self._settings)
            self._clients.append(self._remote_clients)
        return {
            "api_key": key,
            "base_url": remote.url,
            "timeout": self._settings.model_timeout_s,
            **_pair(self._remote_clients),
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

    def _recording(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a client with its own clients inside those that record what is answered.

        Raises:
            BadSetting: the file of BATON_RECORD cannot be read.
        """
        from baton.models.recorded import recording_clients  # noqa: PLC0415 - as httpx2 in remote_clients

        inner = (options["http_client"], options["http_async_client"])
        clients = recording_clients(recordings(Place.of(str(self._settings.record)).path), name, inner)
        self._clients.append(clients)
        return options | _pair(clients)

    def _replay(self, name: str) -> dict[str, Any]:
        """The arguments of a client that is answered from recordings.

        Raises:
            BadSetting: the file cannot be read, or holds no answers of the model.
        """
        from baton.models.recorded import URL, replaying_clients  # noqa: PLC0415 - as above

        place = Place.of(name)
        file = recordings(place.path)
        clients = replaying_clients(file, file.model_named(place.model))
        self._clients.append(clients)
        return {**_pair(clients), "api_key": "recorded", "base_url": URL}

    async def prepare(self) -> None:
        """Start the servers and read the recordings that roles need: what is wrong is told before a run begins.

        Raises:
            BadSetting: a server cannot be started, or recordings cannot be read.
        """
        for role in get_args(Role):
            if self.name(role).startswith((LLAMA, RECORDED)):
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


class Prices(NamedTuple):
    """Dollars per token that is read, read from a cache, and written."""

    input: float
    cached: float
    output: float


@lru_cache(maxsize=256)
def _price_per_token(model: str) -> Prices | None:
    """The prices of a model; None where they are not known."""
    from genai_prices import Usage as Priced  # noqa: PLC0415 - costs 140 ms
    from genai_prices import calc_price  # noqa: PLC0415

    try:
        # Few tokens, for many would be charged by the tier of long requests.
        counts = {"input_tokens": 1000, "output_tokens": 1000}
        price = calc_price(Priced(**counts), model_ref=model, provider_id="openai")
        cached = calc_price(Priced(**counts, cache_read_tokens=1000), model_ref=model, provider_id="openai")
    except LookupError:
        return None
    return Prices(*(float(each) / 1e3 for each in (price.input_price, cached.input_price, price.output_price)))


def cost_usd(name: str, usage: Usage) -> float | None:
    """The cost of a call in dollars, by the public price list; None where the price is not known, never 0."""
    provider, _, model = name.partition(":")
    prices = None if provider in IN_PROCESS else _price_per_token(model)
    if prices is None:
        return None
    fresh = usage.input_tokens - usage.cached_tokens
    return prices.input * fresh + prices.cached * usage.cached_tokens + prices.output * usage.output_tokens
