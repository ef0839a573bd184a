"""The desk at work: a bank in a real file, the trained router, runs made as every front end makes them."""

import importlib
import shutil
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from langgraph.types import StateSnapshot

from bank.clerk.desk import desk_bank
from bank.ledger.protocol import Bank
from bank.ledger.records import LogLine
from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, open_resources
from baton.storage.records import RunSummary
from tests.bank.stage import serving
from tests.obstinate import content, obstinate
from tests.ready import furnished, ready
from tests.scripted import Scripted, scripted_model

__all__ = ["content", "furnished", "obstinate", "ready", "scripted_model"]


@dataclass
class Desk:
    """What a test asks of the desk."""

    runner: Runner
    bank: Bank
    resources: Resources

    async def work(
        self, message: str, customer_id: str | None = None, graph: str = "support_desk", **context: Any
    ) -> RunSummary:
        """One message as far as it goes; by default it is routed without much doubt, for that is not what is tested."""
        context = {"route_threshold": 0.4, **context}
        job = Job({"message": message, "customer_id": customer_id})
        [thread] = await self.runner.queue(graph, [job], context=context)
        return await self.runner.resume(thread)

    async def decide(self, waiting: RunSummary, kind: str, **more: Any) -> RunSummary:
        """A person's answer to the one question that waits."""
        return await self.runner.decide(waiting["thread_id"], {"decisions": [{"type": kind, **more}]})

    async def edit(self, waiting: RunSummary, **args: str) -> RunSummary:
        """The proposed action with other arguments."""
        [question] = waiting["waiting_for"]
        edited = {"name": question["action_requests"][0]["name"], "args": args}
        return await self.decide(waiting, "edit", edited_action=edited)

    async def steps(self, summary: RunSummary) -> set[str]:
        """The steps that a run took."""
        sql = "SELECT DISTINCT step FROM spans WHERE thread_id = ?"
        rows = await self.resources.database.do(lambda tx: tx.execute(sql, (summary["thread_id"],)).fetchall())
        return {row["step"] for row in rows}

    def kept(self, graph: str) -> Any:
        """A registered graph over the checkpoints of its runs."""
        return load(graph).copy({"checkpointer": self.resources.checkpointer})

    async def history(self, summary: RunSummary) -> list[StateSnapshot]:
        """Where a run stood after each superstep, the latest first."""
        config = {"configurable": {"thread_id": summary["thread_id"]}}
        return [snapshot async for snapshot in self.kept(summary["graph"]).aget_state_history(config)]

    async def done(self) -> list[LogLine]:
        """What the bank was asked to do, by its own log."""
        return await self.bank.log()


def load(graph: str) -> Any:
    """A registered graph, by its name."""
    return importlib.import_module(f"graphs.{graph}").graph


@pytest.fixture
async def resources(furnished: Path) -> AsyncIterator[Resources]:
    async with open_resources() as everything:
        yield everything


@pytest.fixture
async def desk(resources: Resources) -> Desk:
    return Desk(Runner(resources, load), await resources.resource(desk_bank), resources)


@pytest.fixture
def bank_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where the bank should be."""
    monkeypatch.setenv("BATON_BANK_URL", "http://127.0.0.1:9")


@pytest.fixture
async def bank_elsewhere(
    tmp_path: Path, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[SqliteBank, ExitStack]]:
    """The bank over HTTP, beside itself as it really is; closing the stack takes it off the network."""
    shutil.copy(ready / "bank.db", tmp_path / "elsewhere.db")
    bank = await SqliteBank.open(tmp_path / "elsewhere.db")
    with ExitStack() as up:
        monkeypatch.setenv("BATON_BANK_URL", up.enter_context(serving(app(bank))))
        yield bank, up
    await bank.aclose()


@pytest.fixture
def strong(scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The model that drafts, answering as told; the others stay local."""
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:scripted")
    return scripted_model


@pytest.fixture
def cheap(scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The model of the second tier, answering as told; the others stay local."""
    monkeypatch.setenv("BATON_MODEL_CHEAP", "openai:scripted")
    return scripted_model
