"""Works one message through a graph with a fence taken away, with a model that answers as a test says."""

import json
import os
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple
from unittest.mock import patch

from bank.responders import RESPONDERS
from baton.config.settings import settings
from baton.models.dialects import IN_WORDS
from baton.offline.transport import Request, Responder, offer_responders
from baton.runs import registry
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage.records import RunSummary
from evals.fences.table import taken

_numbers = count(1)
PIN = "How do I change my PIN?"
CUSTOMER = "C007"
CARD = "K0009"


class Came(NamedTuple):
    """What the customer and the bank see of a run, and what the run cost."""

    status: str
    outcome: str | None
    reply: str
    actions: list[str]


async def come(graph: str, cell: str, message: str, says: Mapping[str, Responder], customer: str = CUSTOMER) -> Came:
    """What a customer's message comes to, with the stand-in's answers but for those of some records."""
    name = f"told-{next(_numbers)}"
    roles = {f"BATON_MODEL_{role}": f"local:{name}" for role in ("CHEAP", "STRONG", "JUDGE")}
    with offer_responders(name, {**RESPONDERS, **says}), patch.dict(os.environ, roles), taken(cell, graph) as context:
        settings.cache_clear()
        async with open_resources() as desk:
            runner, runs = Runner(desk, registry.load), list[RunSummary]()
            threads = await runner.queue(
                graph, [Job({"message": message, "customer_id": customer}, f"t-{name}")], context=context
            )
            await runner.work(threads, done=runs.append, concurrency=1)
    [run] = runs
    output = run["output"] or {}
    actions = [f"{each['name']} {each['status']}" for each in output.get("actions", [])]
    return Came(run["status"], output.get("outcome"), output.get("reply", ""), actions)


def with_changes(shape: str, **changes: Any) -> dict[str, Responder]:
    """The stand-in's answer of one kind, with other values in some fields."""
    return {shape: lambda request: {**RESPONDERS[shape](request), **changes}}


def at_second(shape: str) -> dict[str, Responder]:
    """The stand-in's answer of one kind when it is asked again, and an empty object before."""

    def answer(request: Request) -> dict[str, Any]:
        return RESPONDERS[shape](request) if "does not fit" in request.message else {}

    return {shape: answer}


def in_words(request: Request) -> Any:
    """The stand-in's answer to a request whose schema is only said."""
    schema = json.loads(request.message.rpartition(f"{IN_WORDS}\n")[2])
    return RESPONDERS[schema["title"]](request)
