"""Checks that open a part of the installation: each returns its facts in words, or raises an error."""

import asyncio
from typing import Any, get_args

import httpx

from baton.cli.work.model_list import endpoint_of
from baton.cli.work.model_probe import abilities_text, probe_models
from baton.config.home import database_file, home, make_home
from baton.config.settings import AZURE, OPENAI, REMOTE, RemoteEndpoint, Role, Settings
from baton.errors import BatonError, StorageError
from baton.llama.weights import check_weights
from baton.models.recordings import recorded_models
from baton.offline.transport import load_responders
from baton.runs import registry
from baton.storage.backup import KEY
from baton.storage.signed_rows import refuse_lost_key
from baton.storage.sqlite_file import connect_for_reading

ENDPOINT_S = 5.0
AZURE_MODELS = "/openai/models?api-version=2024-10-21"


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


def check_recordings(configured: Settings) -> str:
    """Return the recordings that roles name, with the model that was recorded.

    Raises:
        BadSetting: a file cannot be used.
    """
    return ", ".join(f"{name} answers as {model}" for name, model in recorded_models(configured).items()) or "not used"


def check_endpoint(configured: Settings) -> str:
    """Send a request to each endpoint of the remote models and return their addresses.

    Raises:
        BatonError: one does not answer, or refuses the key.
    """
    roles = [role for role in get_args(Role) if configured.model_of(role).startswith(REMOTE)]
    asked = {(endpoint_of(configured, role), configured.remote_of(role)): role for role in roles}
    for (address, remote), role in asked.items():
        _reach(address, remote, configured, is_azure=configured.model_of(role).startswith(AZURE))
    return f"{', '.join(dict.fromkeys(address for address, _ in asked))} answers" if asked else "not used"


def check_probe(configured: Settings) -> str:  # noqa: ARG001 - as above
    """Ask the model of each role what it takes, and return that.

    Raises:
        BatonError: one cannot be asked.
    """
    rows = asyncio.run(probe_models())
    if faults := [f"{row['role']} ({row['model']}): {row['fault']}" for row in rows if row["fault"]]:
        raise BatonError("; ".join(faults))
    return "; ".join(f"{row['role']}: {abilities_text(row['abilities'])}" for row in rows)


def _reach(address: str, remote: RemoteEndpoint, configured: Settings, *, is_azure: bool) -> None:
    """Send a request to an endpoint.

    Raises:
        BatonError: it does not answer, or refuses the key.
    """
    key = remote.key.get_secret_value() if remote.key else ""
    headers = {"api-key": key} if is_azure and key else {"Authorization": f"Bearer {key}"} if key else {}
    url = f"{(remote.url or OPENAI).rstrip('/')}{AZURE_MODELS if is_azure else '/models'}"
    try:
        options: dict[str, Any] = {"headers": headers, "proxy": configured.openai_proxy, "timeout": ENDPOINT_S}
        with httpx.stream("GET", url, **options) as response:
            pass  # the status is enough; the body is not read
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BatonError(f"{address} gives no answer ({type(error).__name__})") from error
    if response.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise BatonError(f"{address} refuses the key ({remote.key_name})")
