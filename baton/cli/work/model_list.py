"""Which model serves which role, and the local model over HTTP."""

from typing import Any, get_args

from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from baton.cli.terminal.serving import listening, serve
from baton.config.project import project
from baton.config.settings import Role, Settings, settings
from baton.models.budget import Usage
from baton.models.models import cost_usd
from baton.offline.wire import app

HERE = "in this process"
OPENAI = "https://api.openai.com/v1"


def model_rows() -> list[dict[str, Any]]:
    """One row a role: its model, where that answers, and whether its price is known."""
    configured = settings()
    return [_row(configured, role) for role in get_args(Role)]


def show_models(rows: list[dict[str, Any]]) -> None:
    """Print the rows."""
    shown = Rows("role", "model", "endpoint", "price", wide="endpoint")
    for row in rows:
        shown.add(row["role"], row["model"], row["endpoint"], "known" if row["price_known"] else "not known")
    shown.show()
    say("local: models are stand-ins; set BATON_MODEL_<ROLE>=openai:NAME for a real one")


async def serve_model(port: int) -> None:
    """Serve the local model that the roles name, else the project's first; says where, and what to set.

    Raises:
        UsageError: the port is in use.
        NoResponders: the project has no such model.
    """
    names = [name for role in get_args(Role) if (name := settings().model_of(role)).startswith("local:")]
    local = names[0].removeprefix("local:") if names else next(iter(project().responders), "desk")
    application = app(local)
    with listening(port) as opened:
        url = f"http://127.0.0.1:{opened.getsockname()[1]}/v1"
        say(f"the local model is at {url} (Ctrl-C ends it)\nask it over HTTP:")
        say(f"  export OPENAI_BASE_URL={url} OPENAI_API_KEY=local")
        say(f"  export {' '.join(f'BATON_MODEL_{role.upper()}=openai:{local}' for role in get_args(Role))}")
        await serve(application, opened)


def _row(configured: Settings, role: Role) -> dict[str, Any]:
    name = configured.model_of(role)
    endpoint = HERE if name.startswith("local:") else configured.openai_base_url or OPENAI
    return {"role": role, "model": name, "endpoint": endpoint, "price_known": cost_usd(name, Usage(1, 1)) is not None}
