"""Measures what `ask` adds to a plain model call: CPU time of the whole process, the writer thread included.

    python -m benchmarks.ask_cost

Inside one node the same two messages go to the same model, which says one word: as a plain `ChatOpenAI.ainvoke` without
a schema, as `ask` (reservation and settlement in a real database, strict schema, raw message and usage kept), and as
the model call within `ask` alone. The three take turns in blocks; a ratio is the median over the turns. First the model
is a responder behind the in-process transport, then an endpoint over HTTP, in another process, whose dialect and pace
are kept as for any. Exit 1 where the whole of `ask` costs more than the budget in either.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from operator import truediv
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from typing_extensions import TypedDict

from baton import TypedStateGraph
from baton.config.settings import Role, settings
from baton.models import asking
from baton.models.calls import Question, send
from baton.models.data_blocks import data_block
from baton.models.models import models
from baton.records import Record
from baton.runtime.active import active_run
from benchmarks.slow_model import slow_model

CALLS, BLOCKS = 50, 15
BUDGET = 1.6  # times a plain call
ROLE: Role = "strong"
INSTRUCTIONS = "You answer a customer of a bank from its policies. " * 20
DATA: dict[str, Any] = {
    "message": "My card has not arrived. " * 4,
    "policies": [{"id": f"P{number}", "text": "A card arrives within 5 working days. " * 5} for number in range(4)],
}
WHERE = {"in process": "local:one_word", "over HTTP": "openai:slow"}
PLAIN, WHOLE, CALL = "plain ainvoke", "ask", "ask, its model call"
Once = Callable[[], Awaitable[object]]


class Note(Record):
    """The record that is asked for."""

    text: str


class State(TypedDict):
    """The state of the graph: microseconds a call, block by block, under each name."""

    times: dict[str, list[float]]


def main() -> int:
    """Measure, print and return the exit code."""
    with tempfile.TemporaryDirectory() as folder, slow_model(0, '{"text": "noted"}') as url:
        offer_responder(Path(folder))
        os.environ.update({"OPENAI_BASE_URL": url, "BATON_HOME": f"{folder}/home", "BATON_BUDGET_TOKENS": "1000000000"})
        ratios = [compare(where, model) for where, model in WHERE.items()]
    return int(max(ratios) > BUDGET)


def compare(where: str, model: str) -> float:
    """Measure at one model and print; return how many times a plain call the whole of `ask` costs."""
    os.environ["BATON_MODEL_STRONG"] = model
    settings.cache_clear()
    builder = TypedStateGraph(State).add_node("measure", measure).set_entry_point("measure")
    times = asyncio.run(builder.compile(name="ask_cost").ainvoke({"times": {}}))["times"]
    ratios = {name: float(median(map(truediv, blocks, times[PLAIN]))) for name, blocks in times.items()}
    for name, blocks in times.items():
        sys.stdout.write(f"{where}, {name:<20} {median(blocks):6.0f} us a call  {ratios[name]:.2f} times\n")
    return ratios[WHOLE]


async def measure(state: State) -> State:
    """Return the times of every contender. Their blocks take turns, so that a busy machine slows all of them."""
    calls = await contenders()
    for call in calls.values():
        await cpu_us_per_call(call)  # warms up
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(BLOCKS):
        for name, call in calls.items():
            times[name].append(await cpu_us_per_call(call))
    return {"times": times}


async def contenders() -> dict[str, Once]:
    """Return the three ways to make the call, by name."""
    run = active_run()
    access = await (await run.resources.resource(models)).access(ROLE, run.resources.database)
    messages: list[BaseMessage] = [SystemMessage(INSTRUCTIONS), HumanMessage(data_block(DATA))]
    configured = run.resources.settings
    question = Question(Note, messages, configured.max_completion_tokens, configured.model_timeout_s)
    return {
        PLAIN: lambda: access.client.ainvoke(messages),
        WHOLE: lambda: asking.ask(ROLE, Note, INSTRUCTIONS, DATA),
        CALL: lambda: send(access, question, access.endpoint.dialect),
    }


async def cpu_us_per_call(call: Once) -> float:
    """Make a block of calls and return the microseconds of CPU of one."""
    started = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - started) / CALLS * 1e6


def offer_responder(folder: Path) -> None:
    """Make a project whose local model is named `one_word`, and make it the working directory."""
    responders = ModuleType("one_word_responders")
    vars(responders)["RESPONDERS"] = dict.fromkeys((Note.__name__, "chat"), lambda _request: '{"text": "noted"}')
    sys.modules[responders.__name__] = responders
    (folder / "baton.toml").write_text('responders.one_word = "one_word_responders:RESPONDERS"\n')
    os.chdir(folder)


if __name__ == "__main__":
    sys.exit(main())
