"""The doctor's checks: each says what it found and, where that is not well, what to do."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal, get_args

from pydantic_settings import BaseSettings

from baton.cli.doctor.checks_live import (
    database_found,
    endpoint_found,
    graphs_found,
    home_found,
    skills_found,
)
from baton.cli.doctor.checks_settings import setting_rows, unknown_settings
from baton.cli.project_commands import made_command, project_commands
from baton.cli.work.session import refuse_proxy_of_no_use, refuse_tracing_without_key
from baton.config.home import load_env
from baton.config.project import OWN, project
from baton.config.settings import Role, Settings, read_settings, settings
from baton.errors import BadSetting, BatonError, NoResponders, NotTrusted
from baton.offline.wire import load_skills
from baton.runtime.business import NOTHING, Business, Check, load_business

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


def examine(ours: Mapping[str, Any]) -> tuple[list[Finding], list[dict[str, Any]]]:
    """All findings, and every setting with its source; `ours` are the commands that no project may call its own."""
    environment = {**os.environ}
    found, business = _project(ours)
    kinds: list[type[BaseSettings]] = [Settings, *([business.settings] if business.settings else [])]
    rows = setting_rows(kinds, environment)
    findings = [_python(), _packages(), found]
    tracing: list[Finding] = []
    try:
        load_env()
        tracing = [_tracing()]  # before the settings force it off
        configured = settings()
        for kind in kinds:
            read_settings(kind)
    except BatonError as error:
        wrong = Finding("fail", "settings", str(error), _advice(error, "correct it, then run this again"))
        return [*findings, wrong, *tracing], rows
    return [*findings, *_settings(configured, rows), *_parts(configured, business), *tracing], rows


def _project(ours: Mapping[str, Any]) -> tuple[Finding, Business]:
    """Whether the project's file can be used, and all that it names; and its business."""
    try:
        business, named = load_business(), project()
        added = project_commands(ours)
        for name, where in added.items():
            made_command(name, where)
        for name in named.responders:
            load_skills(name)
    except BatonError as error:
        return Finding("fail", "project", str(error), _advice(error, "correct it: what it names is not there")), NOTHING
    if named.file is None:
        return Finding("ok", "project", f"{named.root} (no {OWN} in it)"), business
    told = f"business {named.business or '-'}; commands {', '.join(added) or '-'}"
    return Finding("ok", "project", f"{named.file.name}: {told}"), business


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


def _settings(configured: Settings, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    unknown = unknown_settings(rows)
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
    try:
        refuse_proxy_of_no_use(configured)
    except BadSetting as error:
        return Finding("fail", "models", str(error), "a remote model is asked through it")
    return Finding("ok", "models", told)


def _parts(configured: Settings, business: Business) -> Iterator[Finding]:
    """The parts that are tried out: each opens what it names."""
    tries: tuple[tuple[str, Callable[[Settings], str], str], ...] = (
        ("home", home_found, "set BATON_HOME to a folder you can write"),
        ("database", database_found, "move the file away to start afresh, or set BATON_HOME"),
        ("graphs", graphs_found, "correct langgraph.json or the graph"),
        (
            "local model",
            skills_found,
            "name responders in baton.toml, or set BATON_MODEL_<ROLE> to a model that there is",
        ),
        ("endpoint", endpoint_found, "start it, or correct OPENAI_BASE_URL and OPENAI_API_KEY"),
    )
    checks = [*(Check(name, partial(attempt, configured), advice) for name, attempt, advice in tries), *business.checks]
    for check in checks:
        try:
            yield Finding("ok", check.name, check.look())
        except Exception as error:  # noqa: BLE001 - a check that fails in any way has found something
            told = " ".join(f"{error or type(error).__name__}".split())
            state: State = "warn" if isinstance(error, NoResponders) else "fail"
            yield Finding(state, check.name, told, _advice(error, check.advice))


def _advice(error: Exception, usual: str) -> str:
    """What to do; what is a stranger's says so itself."""
    return "look at what is in it first" if isinstance(error, NotTrusted) else usual


def _tracing() -> Finding:
    try:
        refuse_tracing_without_key()
    except BatonError as error:
        return Finding("fail", "tracing", str(error), "LangSmith takes nothing without a key")
    on = os.environ.get("LANGSMITH_TRACING", "").lower() in {"true", "1"}
    return Finding("ok", "tracing", "sent to LangSmith" if on else "off: nothing leaves this machine")
