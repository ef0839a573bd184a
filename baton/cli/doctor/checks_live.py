"""Checks that open a part of the installation: each returns its facts in words, or raises an error."""

from typing import Any, get_args

import httpx

from baton.cli.work.model_list import OPENAI
from baton.config.home import database_file, home, make_home
from baton.config.settings import REMOTE, Role, Settings
from baton.errors import BatonError, StorageError
from baton.llama.weights import check_weights
from baton.offline.transport import load_responders
from baton.runs import registry
from baton.storage.backup import KEY
from baton.storage.signed_rows import refuse_lost_key
from baton.storage.sqlite_file import connect_for_reading

ENDPOINT_S = 5.0


def check_home(configured: Settings) -> str:  # noqa: ARG001 - all checks take the settings
    """Return the home, which is made if it does not exist."""
    return str(make_home())


def check_database(configured: Settings) -> str:  # noqa: ARG001
    """Check the database and its key; return its file and the number of runs by status."""
    path = database_file()
    with connect_for_reading(path) as tx:
        report = tx.execute("PRAGMA quick_check(1)").fetchone()[0]
        if report != "ok":
            raise StorageError(f"{path} is damaged: {report}")
        rows = tx.execute("SELECT status, count(*) FROM runs GROUP BY status ORDER BY status").fetchall()
    refuse_lost_key(home() / KEY, path)
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in rows)
    return f"{path.name} is sound; runs: {counts or 'none'}"


def check_graphs(configured: Settings) -> str:  # noqa: ARG001
    """Import every graph and return their names."""
    names = list(registry.entries())
    for name in names:
        registry.load(name)
    return ", ".join(names)


def check_responders(configured: Settings) -> str:
    """Return the local models that roles name, with the number of records that each answers."""
    names = {configured.model_of(role) for role in get_args(Role)}
    local = sorted(name.removeprefix("local:") for name in names if name.startswith("local:"))
    return ", ".join(f"{name} answers {len(load_responders(name))} shapes" for name in local) or "not used"


def check_llamas(configured: Settings) -> str:
    """Return the `llama:` models that roles name, with what their files say; none is started.

    Raises:
        BadSetting: one cannot be served here.
    """
    names = configured.llamas()
    facts = {name: check_weights(name) for name in names}
    titles = [
        f"{name} ({each.title or 'no title'}, trained for {each.trained_context})" for name, each in facts.items()
    ]
    return ", ".join(titles) or "not used"


def check_endpoint(configured: Settings) -> str:
    """Send a request to the endpoint of the `openai:` models and return its address.

    Raises:
        BatonError: it does not answer, or refuses the key.
    """
    if not any(configured.model_of(role).startswith(REMOTE) for role in get_args(Role)):
        return "not used"
    url = (configured.openai_base_url or OPENAI).rstrip("/")
    key = configured.openai_api_key
    try:
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        options: dict[str, Any] = {"headers": headers, "proxy": configured.openai_proxy, "timeout": ENDPOINT_S}
        with httpx.stream("GET", f"{url}/models", **options) as response:
            pass  # the status is enough; the body is not read
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BatonError(f"{url} gives no answer ({type(error).__name__})") from error
    if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise BatonError(f"{url} refuses the key")
    return f"{url} answers"
