"""The doctor's checks: each returns a finding and, where it is not well, an advice."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

from pydantic_settings import BaseSettings

from baton.cli.doctor.checks_live import (
    check_database,
    check_endpoint,
    check_graphs,
    check_home,
    check_llamas,
    check_probe,
    check_recordings,
    check_responders,
)
from baton.cli.doctor.checks_settings import SettingRow, find_unknown_settings, list_settings
from baton.cli.project_commands import build_command, project_commands
from baton.cli.work.session import refuse_models_without_key, refuse_proxy_of_no_use, refuse_tracing_without_key
from baton.config.home import load_env
from baton.config.project import OWN, project
from baton.config.settings import REMOTE, Role, Settings, read_settings, settings
from baton.errors import BadSetting, BatonError, NoResponders, NotTrusted
from baton.offline.transport import load_responders
from baton.redact import redact
from baton.runtime.business import NOTHING, Business, Check, load_business

OF_ANOTHER_PROTOCOL = re.compile(r"^openai:(.*codex|gpt-5[\w.-]*-pro|o\d-pro|.*deep-research)")
"""Models that their maker serves by the responses protocol alone."""

State = Literal["ok", "warn", "fail"]
PYTHONS = ((3, 11), (3, 14))  # from the first up to, not including, the second


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check: its state, the facts that it found, and an advice; the names are keys of the JSON."""

    state: State
    name: str
    found: str
    advice: str = ""

    def as_object(self) -> dict[str, str]:
        """Return the finding as a JSON object."""
        return asdict(self)

    def without_secrets(self) -> "Finding":
        """Return the finding as it may be shown: an address or a setting in it may hold a password."""
        return replace(self, found=redact(self.found))


def examine(ours: Mapping[str, Any], *, probe: bool = False) -> tuple[list[Finding], list[SettingRow]]:
    """Return all findings, and every setting with its source; no project may use the names of the commands `ours`.

    With `probe` the model of each role is asked a few questions.
    """
    environment = {**os.environ}
    of_project, business = _check_project(ours)
    kinds: list[type[BaseSettings]] = [Settings, *([business.settings] if business.settings else [])]
    rows = list_settings(kinds, environment)
    findings = [_check_python(), _check_packages(), of_project]
    tracing: list[Finding] = []
    try:
        load_env()
        tracing = [_check_tracing()]  # before the settings force it off
        configured = settings()
        for kind in kinds:
            read_settings(kind)
    except BatonError as error:
        wrong = Finding("fail", "settings", str(error), _advice(error, "correct it, then run this again"))
        return [each.without_secrets() for each in (*findings, wrong, *tracing)], rows
    parts = _check_parts(configured, business, probe=probe)
    shown = (*findings, *_check_settings(configured, rows), *parts, *tracing)
    return [each.without_secrets() for each in shown], rows


def _check_project(ours: Mapping[str, Any]) -> tuple[Finding, Business]:
    """Check that the project's file, and all that it names, can be used; return the finding and its business."""
    try:
        business, configured = load_business(), project()
        commands = project_commands(ours)
        for name, reference in commands.items():
            build_command(name, reference)
        for name in configured.responders:
            load_responders(name)
    except BatonError as error:
        return Finding("fail", "project", str(error), _advice(error, "correct it: what it names is not there")), NOTHING
    if configured.file is None:
        return Finding("ok", "project", f"{configured.root} (no {OWN} in it)"), business
    text = f"business {configured.business or '-'}; commands {', '.join(commands) or '-'}"
    return Finding("ok", "project", f"{configured.file.name}: {text}"), business


def _check_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if PYTHONS[0] <= sys.version_info[:2] < PYTHONS[1]:
        return Finding("ok", "python", version)
    return Finding("fail", "python", version, "install Python 3.11, 3.12 or 3.13")


def _check_packages() -> Finding:
    from importlib.metadata import PackageNotFoundError, requires, version
    from re import split

    try:
        requirements = [split(r"[<>=\[; ]", each)[0] for each in requires("baton") or [] if "extra ==" not in each]
    except PackageNotFoundError:
        return Finding("fail", "packages", "baton itself is not installed", "pip install --no-deps -e .")
    missing = []
    for name in requirements:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("fail", "packages", f"missing: {', '.join(missing)}", "pip install -r requirements.txt")
    return Finding("ok", "packages", f"all {len(requirements)} are there; langgraph {version('langgraph')}")


def _check_settings(configured: Settings, rows: list[SettingRow]) -> Iterator[Finding]:
    unknown = find_unknown_settings(rows)
    if unknown:
        advice = "no setting has this name; .env.example lists them"
        yield Finding("warn", "settings", f"not known: {', '.join(unknown)}", advice)
    else:
        yield Finding("ok", "settings", "all parse")
    yield _check_models(configured)


def _check_models(configured: Settings) -> Finding:
    names = {role: configured.model_of(role) for role in get_args(Role)}
    text = ", ".join(f"{role} {name}" for role, name in names.items())
    remote = any(name.startswith(REMOTE) for name in names.values())
    if configured.openai_base_url and not remote:
        advice = "set BATON_MODEL_<ROLE>=openai:NAME for the roles that shall use it"
        return Finding("warn", "models", "OPENAI_BASE_URL is set and no role uses it", advice)
    try:
        refuse_models_without_key(configured)
        refuse_proxy_of_no_use(configured)
    except BadSetting as error:
        return Finding("fail", "models", str(error), "correct it: every run would end at its first call of the model")
    if elsewhere := sorted({name for name in names.values() if OF_ANOTHER_PROTOCOL.search(name)}):
        advice = "OpenAI serves it at /v1/responses alone: name another model, or an endpoint that serves it for chat"
        return Finding("warn", "models", f"{', '.join(elsewhere)} may answer no chat completions", advice)
    return Finding("ok", "models", text)


def _check_parts(configured: Settings, business: Business, *, probe: bool) -> Iterator[Finding]:
    """Check the parts that can be tried: each check opens its part."""
    tries: tuple[tuple[str, Callable[[Settings], str], str], ...] = (
        ("home", check_home, "set BATON_HOME to a folder you can write"),
        ("database", check_database, "move the file away to start afresh, or set BATON_HOME"),
        ("graphs", check_graphs, "correct langgraph.json or the graph"),
        (
            "local model",
            check_responders,
            "name responders in baton.toml, or set BATON_MODEL_<ROLE> to a model that there is",
        ),
        ("llama", check_llamas, "BATON_MODEL_<ROLE> names it"),
        ("recordings", check_recordings, "BATON_MODEL_<ROLE> or BATON_RECORD names them"),
        ("endpoint", check_endpoint, "start it, or correct OPENAI_BASE_URL and OPENAI_API_KEY"),
        *([("answers", check_probe, "correct the model's name, its endpoint or its key")] if probe else []),
    )
    checks = [*(Check(name, partial(attempt, configured), advice) for name, attempt, advice in tries), *business.checks]
    for check in checks:
        try:
            yield Finding("ok", check.name, check.look())
        except Exception as error:  # noqa: BLE001 - a check that fails in any way is a finding
            text = " ".join(f"{error or type(error).__name__}".split())
            state: State = "warn" if isinstance(error, NoResponders) else "fail"
            yield Finding(state, check.name, text, _advice(error, check.advice))


def _advice(error: Exception, usual: str) -> str:
    """Return the advice for an error; the message of NotTrusted names the command, so look first."""
    return "look at what is in it first" if isinstance(error, NotTrusted) else usual


def _check_tracing() -> Finding:
    try:
        refuse_tracing_without_key()
    except BatonError as error:
        return Finding("fail", "tracing", str(error), "LangSmith takes nothing without a key")
    on = os.environ.get("LANGSMITH_TRACING", "").lower() in {"true", "1"}
    return Finding("ok", "tracing", "sent to LangSmith" if on else "off: nothing leaves this machine")
