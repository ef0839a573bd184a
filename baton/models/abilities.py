"""What is known of the models of endpoints, kept in the home: by address, model and version of the probe."""

import json
import time
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from baton.config.settings import OPENAI
from baton.models.dialects import Dialect
from baton.storage.about_rows import keep_about, read_about
from baton.storage.transaction import Transaction

PROBE = 1
"""The version of what is found out and how; what another version found is not used."""

Source = Literal["use", "probe"]


class Known(NamedTuple):
    """What is known of one model: its dialect, when that was found out (Unix seconds), and by what."""

    dialect: Dialect
    at: float
    source: Source


def load_abilities(tx: Transaction, address: str, model: str) -> Known | None:
    """What the home knows of a model of an endpoint; None where it knows nothing."""
    text = read_about(tx, _key(address, model))
    return None if text is None else _known(text)


def keep_abilities(tx: Transaction, address: str, model: str, dialect: Dialect, source: Source) -> None:
    """Keep what was found out about a model of an endpoint."""
    value = {"dialect": dialect.as_object(), "at": time.time(), "source": source}
    keep_about(tx, _key(address, model), json.dumps(value))


def first_dialect(address: str) -> Dialect:
    """The dialect that an endpoint is asked in at first; the protocol's own maker is known to refuse bounds."""
    is_maker = urlsplit(address)[:2] == urlsplit(OPENAI)[:2] or (urlsplit(address).hostname or "").endswith(
        ".azure.com"
    )
    return Dialect(bounds=not is_maker)


def _key(address: str, model: str) -> str:
    return f"abilities:{PROBE}:{address}:{model}"


def _known(text: str) -> Known | None:
    """What a row says; None where it cannot be read, and then it is found out again."""
    try:
        row: dict[str, Any] = json.loads(text)
        return Known(Dialect.from_object(row["dialect"]), float(row["at"]), row["source"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
