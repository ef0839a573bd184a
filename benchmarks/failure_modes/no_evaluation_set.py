"""No evaluation set: a prompt is changed until the message at hand works, and many others no longer do."""

import re
from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from bank.knowledge import FOLDER
from baton import Job, Record, TypedStateGraph, ask, dead_letter
from baton.offline.transport import Request
from baton.storage.records import RunSummary
from benchmarks.failure_modes.offline import billed, offered, opened
from desk.knowledge.routes import Route, load_routes
from evals.dataset import chosen, own_datasets, read
from evals.examples import Example
from evals.statistics.intervals import estimate
from evals.statistics.significance import mcnemar

MODEL = "sorter"
AT_ONCE = 16
TRIED = "What does a transfer abroad cost?"
EXAMPLES = 1
"""Of each topic."""

WORD = re.compile(r"[a-z]+")
LINE = re.compile(r"^- (\w+): (.*)$", re.MULTILINE)


class Choice(Record):
    """The route of a message."""

    route: str


class Asked(TypedDict):
    """The input: the message, and the prompt in use."""

    message: str
    prompt: str


class Sorted(TypedDict):
    """Written by `sort`."""

    route: str


class State(Asked, Sorted, total=False):
    """The whole state."""


def sort_by_words(request: Request) -> Any:
    """Answer with the route of the line in the prompt that is most like the message, by the words they share.

    A stand-in that does follow its prompt: what the prompt no longer says, it no longer knows.
    """
    words = _words(str(request.data["message"]))
    lines = [(name, _words(text)) for name, text in LINE.findall(request.instructions)]
    return {"route": max(lines, key=lambda line: len(words & line[1]) / (len(words | line[1]) or 1))[0]}


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


async def sort(state: Asked) -> Sorted:
    """Ask for the route."""
    return {"route": (await ask("cheap", Choice, state["prompt"], {"message": state["message"]})).route}


def build() -> Any:
    """Return the graph of one step."""
    builder = TypedStateGraph(State, input_schema=Asked, output_schema=Sorted)
    builder.set_node_defaults(error_handler=dead_letter).add_node(sort)
    return builder.add_edge(START, "sort").add_edge("sort", END).compile(name="sort")


def prompts() -> dict[str, str]:
    """Return the prompt as it was, and without its examples, as a colleague tidied it up."""
    routes = load_routes(FOLDER / "routes").values()
    definitions = [f"- {route.name}: {route.definition}" for route in routes]
    examples = [f"- {route.name}: {example}" for route in routes for example in _examples(route)]
    lines = {"before": [*definitions, *examples], "after": definitions}
    return {version: "\n".join(["Choose the route of the message.", *each]) for version, each in lines.items()}


def _examples(route: Route) -> list[str]:
    """Return the first examples of each topic of a route."""
    of_topic = dict.fromkeys(route.topics, 0)
    kept = []
    for topic, example in zip(route.topics, route.examples, strict=True):
        of_topic[topic] += 1
        if of_topic[topic] <= EXAMPLES:
            kept.append(example)
    return kept


async def without() -> list[str]:
    """Try both prompts on the message at hand, and return what was seen."""
    lines = [f"asked: {TRIED}"]
    for version, prompt in prompts().items():
        with offered(MODEL, {"Choice": sort_by_words}), billed(MODEL) as bill:
            [route] = await sort_all(prompt, [TRIED])
        lines.append(f"{version} the change: {route}, {bill.tokens:,} tokens")
    return lines


async def with_fence() -> list[str]:
    """Hold both against the development half of a labelled set, pair by pair, and return what was seen."""
    examples = labelled()
    right = {}
    for version, prompt in prompts().items():
        with offered(MODEL, {"Choice": sort_by_words}):
            found = await sort_all(prompt, [each.inputs.message for each in examples])
        right[version] = [
            route == each.expected.model_dump()["route"] for route, each in zip(found, examples, strict=True)
        ]
    lines = [f"{version} the change: {_share(each)}" for version, each in right.items()]
    pairs = list(zip(right["before"], right["after"], strict=True))
    worse, better = pairs.count((True, False)), pairs.count((False, True))
    return [*lines, f"{worse} became wrong, {better} became right; exact McNemar p = {mcnemar(worse, better):.2g}"]


def _share(right: list[bool]) -> str:
    found = estimate(right)
    return f"{found.mean:.2f} right, 95 % interval {found.low:.2f} to {found.high:.2f}, {found.n} messages"


def labelled() -> list[Example]:
    """Return the development half of the desk's own routing set."""
    examples, _ = read(own_datasets() / "routing.jsonl")
    return chosen(examples, "dev", None)


async def sort_all(prompt: str, messages: list[str]) -> list[str]:
    """Return the route of every message by a prompt."""
    async with opened(build()) as desk:
        jobs = [Job({"message": each, "prompt": prompt}) for each in messages]
        threads = await desk.runner.queue("sort", jobs)
        runs: list[RunSummary] = []
        await desk.runner.work(threads, done=runs.append, concurrency=AT_ONCE)
    routes = {run["thread_id"]: str(run["output"]["route"]) for run in runs}
    return [routes[thread] for thread in threads]
