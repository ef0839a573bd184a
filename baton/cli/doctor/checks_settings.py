"""Lists every setting with its source."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from pydantic_settings import BaseSettings

ELSEWHERE = ("BATON_BUSINESS", "BATON_DATABASE_URL", "BATON_DEBUG", "BATON_TRUST", "BATON_USER")
SETTINGS_ELSEWHERE = {"BATON_HOME": ".baton", **dict.fromkeys(ELSEWHERE)}
"""Settings that are no fields of `Settings`: they are read where they are needed."""

SECRET = re.compile(r"_API_KEY(_[A-Z]+)?$")


class SettingRow(TypedDict):
    """A setting with its value, None where it has none, and its source: environment, .env or default."""

    name: str
    value: str | None
    source: str


def list_settings(kinds: Sequence[type[BaseSettings]], environment: Mapping[str, str]) -> list[SettingRow]:
    """Return name, value and source (environment, .env, default) of every setting.

    `environment` is the process's as it was before `.env` was loaded.
    """
    sources = {"environment": environment, ".env": _read_env_file()}
    return [_row(name, default, sources) for name, default in _defaults(kinds).items()]


def find_unknown_settings(rows: list[SettingRow]) -> list[str]:
    """Return the names that begin with `BATON_` and are not settings: most likely they are misspelt."""
    names = {row["name"] for row in rows}
    return sorted(name for name in os.environ if name.startswith("BATON_") and name not in names)


def _defaults(kinds: Sequence[type[BaseSettings]]) -> dict[str, Any]:
    fields = [each for kind in kinds for each in kind.model_fields.items()]
    defaults = {str(field.validation_alias or f"BATON_{name.upper()}"): field.get_default() for name, field in fields}
    return {**SETTINGS_ELSEWHERE, **defaults}


def _row(name: str, default: Any, sources: Mapping[str, Mapping[str, str | None]]) -> SettingRow:
    for source, values in sources.items():
        if value := values.get(name):
            return {
                "name": name,
                "value": "(set)" if SECRET.search(name) else _without_password(value),
                "source": source,
            }
    return {"name": name, "value": None if default is None else str(default), "source": "default"}


def _without_password(value: str) -> str:
    """Return an address without the name and the password in it, which may hold an `@` themselves."""
    return re.sub(r"//[^/\s]+@", "//...@", value)


def _read_env_file() -> dict[str, str | None]:
    if not Path(".env").is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(".env", interpolate=False)
