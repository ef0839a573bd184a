"""The doctor's checks: each says what it found and, where that is not well, what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from app.checks_live import (
    bank_found,
    database_found,
    endpoint_found,
    graphs_found,
    home_found,
    policies_found,
    skills_found,
)
from app.checks_settings import setting_rows, unknown_settings
from app.session import refuse_tracing_without_key
from baton.config.home import load_env
from baton.config.settings import Role, Settings, settings
from baton.errors import BatonError

State = Literal["ok", "warn", "fail"]
PYTHONS = ((3, 11), (3, 14))  # from the first up to, not including, the second


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its state, what was found, and what to do about it."""

    state: State
    name: str
    found: str
    advice: str = ""

    def as_object(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)


def examine() -> tuple[list[Finding], list[dict[str, Any]]]:
    """All findings, and every setting with its source."""
    rows = setting_rows()
    load_env()
    tracing = _tracing()  # before the settings force it off
    findings = [_python(), _packages()]
    try:
        configured = settings()
    except BatonError as error:
        return [*findings, Finding("fail", "settings", str(error), "correct it, then run this again"), tracing], rows
    return [*findings, *_settings(configured), *_parts(configured), tracing], rows


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Finding("ok", "python", found)
    return Finding("fail", "python", found, "install Python 3.11, 3.12 or 3.13")


def _packages() -> Finding:
    from importlib.metadata import PackageNotFoundError, requires, version
    from re import split

    try:
        wanted = [split(r"[<>=\[; ]", each)[0] for each in requires("baton") or [] if "extra ==" not in each]
    except PackageNotFoundError:
        return Finding("fail", "packages", "baton itself is not installed", "pip install --no-deps -e .")
    missing = []
    for name in wanted:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("fail", "packages", f"missing: {', '.join(missing)}", "pip install -r requirements.txt")
    return Finding("ok", "packages", f"all {len(wanted)} are there; langgraph {version('langgraph')}")


def _settings(configured: Settings) -> Iterator[Finding]:
    unknown = unknown_settings()
    if unknown:
        advice = "no setting has this name; .env.example lists them"
        yield Finding("warn", "settings", f"not known: {', '.join(unknown)}", advice)
    else:
        yield Finding("ok", "settings", "all parse")
    yield _models(configured)


def _models(configured: Settings) -> Finding:
    names = {role: configured.model_of(role) for role in get_args(Role)}
    told = ", ".join(f"{role} {name}" for role, name in names.items())
    remote = any(name.startswith("openai:") for name in names.values())
    if configured.openai_base_url and not remote:
        advice = "set BATON_MODEL_<ROLE>=openai:NAME for the roles that shall use it"
        return Finding("warn", "models", "OPENAI_BASE_URL is set and no role uses it", advice)
    if remote and not (configured.openai_api_key or configured.openai_base_url):
        return Finding("fail", "models", told, "set OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint without keys")
    return Finding("ok", "models", told)


def _parts(configured: Settings) -> Iterator[Finding]:
    """The parts that are tried out: each opens what it names."""
    tries: tuple[tuple[str, Callable[[Settings], str], str], ...] = (
        ("home", home_found, "set BATON_HOME to a folder you can write"),
        ("database", database_found, "move the file away to start afresh, or set BATON_HOME"),
        ("graphs", graphs_found, "correct langgraph.json or the graph"),
        ("local model", skills_found, "install what offers the skills, or set BATON_MODEL_<ROLE>"),
        ("endpoint", endpoint_found, "start it, or correct OPENAI_BASE_URL and OPENAI_API_KEY"),
        ("policies", policies_found, "correct the files, or unset BATON_ROUTES and BATON_POLICIES for the sample ones"),
        ("bank", bank_found, "start it (baton bank serve), or unset BATON_BANK_URL for the embedded one"),
    )
    for name, attempt, advice in tries:
        try:
            yield Finding("ok", name, attempt(configured))
        except Exception as error:  # noqa: BLE001 - a check that fails in any way has found something
            yield Finding("fail", name, " ".join(f"{error or type(error).__name__}".split()), advice)


def _tracing() -> Finding:
    try:
        refuse_tracing_without_key()
    except BatonError as error:
        return Finding("fail", "tracing", str(error), "LangSmith takes nothing without a key")
    on = os.environ.get("LANGSMITH_TRACING", "").lower() in {"true", "1"}
    return Finding("ok", "tracing", "sent to LangSmith" if on else "off: nothing leaves this machine")
