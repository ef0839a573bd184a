"""Asks the model of each role what it takes, and shows it; asks it one question by the way."""

from typing import Any, TypedDict, get_args

from langchain_core.decisions import Choice

from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from baton.cli.work.model_list import endpoint_of
from baton.config.settings import DECISIONS, Role, Settings
from baton.errors import BatonError
from baton.models.abilities import PROBE
from baton.models.deciding import ask_model
from baton.models.dialects import Dialect
from baton.models.models import Models, models
from baton.models.probing import probe
from baton.runtime.resources import Resources, open_resources

YES_OR_NO = Choice(instructions="Is this a greeting?", criteria={"yes": "a greeting", "no": "anything else"})


class ProbeRow(TypedDict):
    """What was found out about the model of a role; without `abilities` it could not be asked, or needs no asking."""

    role: str
    model: str
    endpoint: str
    abilities: dict[str, Any] | None
    fault: str | None


async def probe_models() -> list[ProbeRow]:
    """Ask the model of each role, and return a row for each.

    Raises:
        BatonError: the settings or the home cannot be used.
    """
    async with open_resources() as resources:
        chat_models = await resources.resource(models)
        return [await _row(resources, chat_models, role) for role in get_args(Role)]


def show_probe(rows: list[ProbeRow]) -> None:
    """Print the rows, and the faults below them."""
    table = Rows("role", "model", "endpoint", "takes", wide="takes")
    for row in rows:
        table.add(row["role"], row["model"], row["endpoint"], abilities_text(row["abilities"], row["fault"]))
    table.show()
    say(f"kept in the home (probe {PROBE}); BATON_ABILITIES fixes what is wrong by hand")


def abilities_text(abilities: dict[str, Any] | None, fault: str | None = None) -> str:
    """What a model takes, in a line."""
    if abilities is None:
        return fault or "all"
    said = {**abilities, "form": f"{abilities['form']}{' and words' if abilities['said'] else ''}"}
    parts = {name: value for name, value in said.items() if name != "said"}
    return ", ".join(f"{name} {_word(value)}" for name, value in parts.items())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "?" if value is None else str(value)


async def _row(resources: Resources, chat_models: Models, role: Role) -> ProbeRow:
    configured = resources.settings
    name = configured.model_of(role)
    row = ProbeRow(role=role, model=name, endpoint=endpoint_of(configured, role), abilities=None, fault=None)
    try:
        dialect = await _ask(resources, chat_models, configured, role)
    except BatonError as error:
        return {**row, "fault": str(error)}
    return {**row, "abilities": dialect.as_object() if dialect else None}


async def _ask(resources: Resources, chat_models: Models, configured: Settings, role: Role) -> Dialect | None:
    """Ask the model of a role; returns what it takes, None where nothing is to be found out.

    Raises:
        BatonError: it cannot be asked, or gave no answer.
    """
    name, limit_s = configured.model_of(role), configured.model_timeout_s
    if name.startswith(DECISIONS):
        await ask_model(await chat_models.decisions(name, role), "Good morning!", YES_OR_NO, limit_s)
        return None
    access = await chat_models.access(role, resources.database)
    return await probe(access, configured.max_completion_tokens, limit_s) if access.endpoint.database else None
