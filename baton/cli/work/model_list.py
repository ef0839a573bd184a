"""Lists the model of each role, and serves the local model over HTTP."""

from typing import TypedDict, get_args
from urllib.parse import urlsplit, urlunsplit

from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from baton.cli.terminal.serving import listen, serve
from baton.config.project import project
from baton.config.settings import OPENAI, Role, Settings, settings
from baton.models.budget import Usage
from baton.models.models import cost_usd
from baton.offline.transport import app

IN_PROCESS = "in this process"


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
    say("local: models are stand-ins; set BATON_MODEL_<ROLE>=openai:NAME for a real one")


async def serve_model(port: int) -> None:
    """Serve the local model that the roles name, else the project's first; print its address and settings.

    Raises:
        UsageError: the port is in use.
        NoResponders: the project has no such model.
    """
    names = [name for role in get_args(Role) if (name := settings().model_of(role)).startswith("local:")]
    local = names[0].removeprefix("local:") if names else next(iter(project().responders), "desk")
    application = app(local)
    with listen(port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        say(f"the local model is at {url} (Ctrl-C ends it)\nask it over HTTP:")
        say(f"  export OPENAI_BASE_URL={url} OPENAI_API_KEY=local")
        say(f"  export {' '.join(f'BATON_MODEL_{role.upper()}=openai:{local}' for role in get_args(Role))}")
        await serve(application, listener)


def _row(configured: Settings, role: Role) -> ModelRow:
    name = configured.model_of(role)
    price_known = cost_usd(name, Usage(1, 1)) is not None
    return {"role": role, "model": name, "endpoint": endpoint_of(configured, role), "price_known": price_known}


def endpoint_of(configured: Settings, role: Role) -> str:
    """The address of a role's model, for people: without a name or password in it."""
    if configured.model_of(role).startswith("local:"):
        return IN_PROCESS
    parts = urlsplit(configured.remote_of(role).url or OPENAI)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
