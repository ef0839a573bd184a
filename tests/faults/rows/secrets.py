"""Row 18: secrets planted in ten places, and looked for in everything that is kept and printed."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import Job, TypedStateGraph, dead_letter, effect, open_resources
from baton.errors import BatonError, Transient
from baton.runs.registry import load
from baton.runs.runner import Runner
from baton.storage.show import steps
from tests.faults.desk.cases import ASK, Case, queue_case
from tests.faults.inject.endpoint import Answer, Answering, Endpoint, serve
from tests.faults.inject.model_answers import reply_with
from tests.faults.inject.model_faults import error_reply
from tests.faults.suite.children import SAID, apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

KEY = "sk-canary-0123456789abcdefABCDEF"
BEARER = "Bearer canary.0123456789abcdef"
CARD = "4111 1111 1111 1111"
SECRETS = (KEY, "canary.0123456789abcdef", CARD, CARD.replace(" ", ""))
THREAD = "run-1"


class Given(TypedDict):
    order: str


class Paid(TypedDict):
    receipt: dict[str, Any]


class State(Given, Paid, total=False):
    pass


def graph_that_fails_with(error: Callable[[str], BaseException]) -> Any:
    """A graph whose one step fails, with the secret in the error."""

    async def fail(state: Given) -> Paid:
        raise error(f"cannot reach https://bank.example with {KEY}, {BEARER}, {CARD}")

    return _graph(fail)


def graph_that_pays_with() -> Any:
    """A graph whose receiver puts a secret on its receipt, which only the ledger keeps as it came."""

    async def fail(state: Given) -> Paid:
        async def send(key: str) -> dict[str, Any]:
            raise ConnectionError(f"{KEY} was refused for {CARD}")

        return {"receipt": await effect("pay", {}, send)}

    return _graph(fail)


def _graph(step: Any) -> Any:
    builder: Any = TypedStateGraph(State, input_schema=Given, output_schema=Paid)
    builder.set_node_defaults(error_handler=dead_letter)
    return builder.add_node("step", step).add_edge(START, "step").add_edge("step", END).compile(name="canary")


async def _fail(error: Callable[[str], BaseException]) -> None:
    await _ran(graph_that_fails_with(error))


async def _paid() -> None:
    await _ran(graph_that_pays_with())


async def _ran(graph: Any) -> None:
    async with open_resources() as resources:
        runner = Runner(resources, {"canary": graph}.__getitem__)
        await runner.queue("canary", [Job({"order": "an order"}, THREAD)])
        await runner.resume(THREAD)
        _print(await resources.database.do(lambda tx: steps(tx, THREAD, 1)))


async def _ask(answer: Answer) -> None:
    """The key is a setting, and the endpoint says something that holds it."""
    os.environ["OPENAI_API_KEY"] = KEY
    for role in ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE"):
        os.environ[f"BATON_MODEL_{role}"] = "openai:scripted"
    async with serve(Endpoint(answer, 0, 10**6)) as url:
        os.environ["OPENAI_BASE_URL"] = url
        await _message(ASK[0])


async def _message(text: str) -> None:
    async with open_resources() as resources:
        runner = Runner(resources, load)
        await queue_case(runner, Case("support_desk", text, None), THREAD)
        _print(await runner.resume(THREAD))
        _print(await resources.database.do(lambda tx: steps(tx, THREAD, 1)))


async def _bare(configurable: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
    """A call of the graph as a library, with a key where LangGraph copies it to the metadata."""
    config: Any = {"configurable": {"thread_id": THREAD, **configurable}, "metadata": dict(metadata)}
    async with open_resources() as resources:
        graph = load("single_call").copy({"checkpointer": resources.checkpointer})
        await graph.ainvoke({"message": ASK[0], "customer_id": None}, config)


def _print(found: Any) -> None:
    os.write(1, json.dumps(found, default=str).encode())


async def _echo(asked: Answering) -> None:
    """An error that repeats the key and a card number, as some endpoints do."""
    body = {"error": {"message": f"Incorrect API key {KEY}; {BEARER}; {CARD}", "type": "auth", "code": "bad_key"}}
    await asked.send(401, json.dumps(body).encode())


PLACES: Mapping[str, Callable[[], Any]] = {
    "key in the settings": partial(_ask, error_reply(500)),
    "key in an endpoint's error": partial(_ask, _echo),
    "key in a model's bad answer": partial(_ask, reply_with(f"the key is {KEY}, the card {CARD}")),
    "key in a refusal": partial(_ask, reply_with(None, refusal=f"not with {KEY} and {CARD}")),
    "key in a step's error": partial(_fail, RuntimeError),
    "key in a passing error": partial(_fail, Transient),
    "key in one of our errors": partial(_fail, BatonError),
    "key in a receiver's error": _paid,
    "key in a message": partial(_message, f"How do I change my PIN? My key is {KEY}."),
    "card number in a message": partial(_message, f"How do I change the PIN of my card {CARD}?"),
    "key in the configurable": partial(_bare, {"api_key": KEY}, {}),
    "key in the metadata": partial(_bare, {}, {"authorization": BEARER, "key": KEY}),
}


@row(18, "secrets in settings, errors, answers, messages, configurable and metadata")
def plant(seed: int) -> Iterator[Trial]:
    """Each place once; no seed in it."""
    for name, act in PLACES.items():
        yield Trial(name, "baton", partial(_search, act))


def _search(act: Callable[[], Any], folder: Path) -> Outcome:
    furnish(folder)
    ended = apart(folder, act)
    files = [folder / SAID, *(file for file in (folder / "home").rglob("*") if file.is_file())]
    hits = [f"{secret[:10]}… in {file.name}" for file in files for secret in SECRETS if _holds(file, secret)]
    note = ", ".join(hits) + ("" if ended.code == 0 else f" the child ended with {ended.code}")
    return Outcome(lost=int(ended.code != 0), silent=len(hits), note=note)


def _holds(file: Path, secret: str) -> bool:
    return file.name not in ("bank.db", "seal.key") and secret.encode() in file.read_bytes()
