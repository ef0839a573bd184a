"""The offline model as plain LangGraph code takes it, and what it was asked for."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from unittest.mock import patch

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from baton import Job, Runner, open_resources
from baton.config.settings import settings
from baton.models.data_blocks import data_block
from baton.offline.transport import Responder, clients, endpoint, offer_responders
from baton.storage import dead_letter_rows, show
from baton.storage.records import DeadLetter, RunSummary, StepAttempt

T = TypeVar("T", bound=BaseModel)
LOCAL_URL = "http://local/v1"  # never resolved: the offline transport answers in this process


async def ask_plainly(name: str, shape: type[T], instructions: str, data: dict[str, Any]) -> T:
    """Ask a local model for one record, with LangChain's own means."""
    model = ChatOpenAI(model=name, base_url=LOCAL_URL, api_key="local", max_retries=0, **clients(name))  # type: ignore[arg-type]
    structured = model.with_structured_output(shape, method="json_schema")
    answer = await structured.ainvoke([SystemMessage(instructions), HumanMessage(data_block(data))])
    return cast("T", answer)


@dataclass
class Bill:
    """The model calls and tokens of a block."""

    calls: int = 0
    tokens: int = 0


@contextmanager
def billed(name: str) -> Iterator[Bill]:
    """Yield the bill of a local model, which is filled in at the end of the block."""
    before, bill = endpoint(name).usage, Bill()
    yield bill
    after = endpoint(name).usage
    bill.calls = after.calls - before.calls
    bill.tokens = after.input_tokens + after.output_tokens - before.input_tokens - before.output_tokens


@contextmanager
def offered(name: str, responders: Mapping[str, Responder]) -> Iterator[None]:
    """Offer a local model for the length of a block, to Baton's roles too."""
    roles = {f"BATON_MODEL_{role}": f"local:{name}" for role in ("CHEAP", "STRONG", "JUDGE")}
    with offer_responders(name, responders), patch.dict("os.environ", roles):
        settings.cache_clear()
        yield
    settings.cache_clear()


@dataclass
class Worked:
    """What is kept of a run: its summary, its steps, its dead letters."""

    run: RunSummary
    steps: list[StepAttempt] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)


async def work(graph: Any, given: dict[str, Any], budget_tokens: int | None = None) -> Worked:
    """Work one run of a graph as the command line does, and return what is kept of it."""
    async with opened(graph) as runner:
        [thread] = await runner.runner.queue("example", [Job(given)], budget_tokens=budget_tokens)
        return await runner.read(await runner.runner.resume(thread))


@dataclass(frozen=True)
class Opened:
    """A runner of one graph, with what it keeps."""

    runner: Runner
    database: Any

    async def read(self, run: RunSummary) -> Worked:
        """Return what is kept of a run."""
        steps = await self.database.do(lambda tx: show.steps(tx, run["thread_id"], run["run"]))
        letters = await self.database.do(lambda tx: dead_letter_rows.list_open(tx, run["thread_id"], run["run"]))
        return Worked(run, steps, letters)


@asynccontextmanager
async def opened(graph: Any) -> AsyncIterator[Opened]:
    """Open a runner of one graph in the home of this process."""
    async with open_resources() as resources:
        yield Opened(Runner(resources, lambda _name: graph), resources.database)
