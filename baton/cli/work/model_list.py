"""Lists the model of each role, and serves a model of this machine over HTTP."""

import asyncio
import shlex
import threading
from typing import TypedDict, get_args
from urllib.parse import urlsplit, urlunsplit

from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from baton.cli.terminal.serving import listen, serve
from baton.config.project import project
from baton.config.settings import LLAMA, OPENAI, RECORDED, Role, Settings, settings
from baton.errors import BadSetting, UsageError
from baton.llama.server import LlamaServer
from baton.models.budget import Usage
from baton.models.models import cost_usd
from baton.offline.transport import app

IN_PROCESS = "in this process"
ON_DEMAND = "on 127.0.0.1, started with the first run"
FROM_FILE = "in this process, from the file"
UNFIT = "cannot be served: baton doctor says why"
LOCAL = "local:"
SERVED = (LLAMA, LOCAL)


class ModelRow(TypedDict):
    """The model of a role, its endpoint, and whether its price is known."""

    role: str
    model: str
    endpoint: str
    price_known: bool


def list_models() -> list[ModelRow]:
    """Return a row for each role: its model, the endpoint, and whether the price is known."""
    configured = settings()
    return [_row(configured, role) for role in get_args(Role)]


def show_models(rows: list[ModelRow]) -> None:
    """Print the rows."""
    table = Rows("role", "model", "endpoint", "price", wide="endpoint")
    for row in rows:
        table.add(row["role"], row["model"], row["endpoint"], "known" if row["price_known"] else "not known")
    table.show()
    say("local: models are stand-ins; set BATON_MODEL_<ROLE>=openai:NAME or llama:FILE for a real one")


def serve_model(name: str | None, port: int) -> None:
    """Serve a model until Ctrl-C; print its address and settings.

    Without a name it is the `llama:` model that a role names, else the local one that a role names, else the project's
    first.

    Raises:
        UsageError: the port is in use, the model cannot be served, or is none of this machine.
        NoResponders: the project has no such model.
    """
    named = [settings().model_of(role) for role in get_args(Role)]
    served = name or next((each for kind in SERVED for each in named if each.startswith(kind)), "")
    if served.startswith(LLAMA):
        _serve_llama(served, port)
    elif served.startswith(LOCAL) or not served:
        asyncio.run(_serve_local(served.removeprefix(LOCAL) or next(iter(project().responders), "desk"), port))
    else:
        raise UsageError(f"{served!r} is no model of this machine; give local:NAME or llama:FILE")


async def _serve_local(name: str, port: int) -> None:
    application = app(name)
    with listen(port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        _say_where("the local model", url, "local", name)
        await serve(application, listener)


def _serve_llama(name: str, port: int) -> None:
    """Use the server of a `llama:` model, started where it does not run, until Ctrl-C."""
    server = LlamaServer(settings().model_copy(update={"llama_port": port}), name)
    try:
        address = server.ensure()
        _say_where(name, f"{address.url}/v1", address.key, name)
        threading.Event().wait()
    finally:
        server.close()


def _say_where(title: str, url: str, key: str, name: str) -> None:
    roles = " ".join(shlex.quote(f"BATON_MODEL_{role.upper()}=openai:{name}") for role in get_args(Role))
    say(f"{title} is at {url} (Ctrl-C ends it)\nask it over HTTP:")
    say(f"  export OPENAI_BASE_URL={url} OPENAI_API_KEY={key}")
    say(f"  export {roles}")


def _llama_endpoint(configured: Settings, name: str) -> str:
    try:
        running = LlamaServer(configured, name).running()
    except BadSetting:
        return UNFIT
    return f"{running.url}/v1" if running else ON_DEMAND


def _row(configured: Settings, role: Role) -> ModelRow:
    name = configured.model_of(role)
    price_known = cost_usd(name, Usage(1, 1)) is not None
    return {"role": role, "model": name, "endpoint": endpoint_of(configured, role), "price_known": price_known}


def endpoint_of(configured: Settings, role: Role) -> str:
    """The address of a role's model, for people: without a name or password in it."""
    name = configured.model_of(role)
    if name.startswith(LOCAL):
        return IN_PROCESS
    if name.startswith(RECORDED):
        return FROM_FILE
    if name.startswith(LLAMA):
        return _llama_endpoint(configured, name)
    parts = urlsplit(configured.remote_of(role).url or OPENAI)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
