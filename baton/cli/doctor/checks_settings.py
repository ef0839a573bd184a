"""Where each setting comes from."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

ELSEWHERE = ("BATON_BUSINESS", "BATON_DATABASE_URL", "BATON_DEBUG", "BATON_TRUST", "BATON_USER")
OTHERS = {"BATON_HOME": ".baton", **dict.fromkeys(ELSEWHERE)}
"""Read where they are needed."""

SECRETS = {"OPENAI_API_KEY"}


def setting_rows(kinds: Sequence[type[BaseSettings]], environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Name, value and source (environment, .env, default) of every setting; the environment is that without `.env`."""
    sources = {"environment": environment, ".env": _written()}
    return [_row(name, default, sources) for name, default in _known(kinds).items()]


def unknown_settings(rows: list[dict[str, Any]]) -> list[str]:
    """Names that look like settings of ours and are none: most likely misspelt."""
    known = {row["name"] for row in rows}
    return sorted(name for name in os.environ if name.startswith("BATON_") and name not in known)


def _known(kinds: Sequence[type[BaseSettings]]) -> dict[str, Any]:
    fields = [each for kind in kinds for each in kind.model_fields.items()]
    named = {str(field.validation_alias or f"BATON_{name.upper()}"): field.get_default() for name, field in fields}
    return {**OTHERS, **named}


def _row(name: str, default: Any, sources: Mapping[str, Mapping[str, str | None]]) -> dict[str, Any]:
    for source, values in sources.items():
        if value := values.get(name):
            return {"name": name, "value": "(set)" if name in SECRETS else _shown(value), "source": source}
    return {"name": name, "value": None if default is None else str(default), "source": "default"}


def _shown(value: str) -> str:
    """An address without the password in it."""
    return re.sub(r"//[^/@]+@", "//...@", value)


def _written() -> dict[str, str | None]:
    if not Path(".env").is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(".env", interpolate=False)
