"""Runs that nobody queued: a call of a graph, bare or by the Agent Server, begins one or goes on with one.

An input begins a run. On a thread that has checkpoints it begins with an empty one, child of the last, which holds what
the graph keeps from run to run and nothing else. None or a Command goes on with the run of the checkpoint it finds. The
row is written before the first checkpoint and holds the input, so that a call that was cut off between the two can be
gone on with as well.
"""

import time
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Protocol, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.errors import GraphBubbleUp, GraphDrained
from langgraph.graph import START
from langgraph.types import Command, StateSnapshot

from baton import _langgraph as framework
from baton.errors import DeadLettered, NothingWaiting, Parked, ReducerFailed, UnknownThread
from baton.plain import json_text, nanousd
from baton.runtime.active import ActiveRun, Decider, person
from baton.runtime.plumbing import Plumbing, plumbing
from baton.steps.dead_letters import record_reducer
from baton.storage import adhoc_rows, letter_rows, run_rows
from baton.storage.adhoc_rows import AdHocCall
from baton.storage.fence import ACTIVE
from baton.storage.run_status import ENDED, RESUMABLE, Ending
from baton.storage.summaries import find_pending_rows

SERVER_KEYS = {"assistant_id", "graph_id", "langgraph_request_id"}  # what the Agent Server puts beside the thread id
SERVER_USER = "langgraph_auth_user_id"
RUN = "baton_run"  # in the metadata of the checkpoints of a thread's second run and those after it


class Graph(Protocol):
    """What a call needs of its graph, which is a `TypedGraph`."""

    name: str
    checkpointer: Any

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The checkpointer of a graph that has one of its own."""

    def kept(self) -> list[str]:
        """The state's keys that live on from run to run."""

    async def aget_state(self, config: RunnableConfig) -> StateSnapshot:
        """Where the thread stands."""


@dataclass(slots=True)
class Call:
    """One call of a graph from outside any run: its input and config, with the run that it belongs to."""

    graph: Graph
    run: ActiveRun
    given: Any
    config: RunnableConfig
    row: AdHocCall
    listed: bool = True  # whether its row was written with a transaction of its own
    may_pause: bool = False  # at what no step of ours tells of
    began: float = field(default_factory=time.time)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Close the run's row, however the block ended.

        Raises:
            DeadLettered: the run ended in a dead letter.
        """
        if isinstance(error, ReducerFailed) and self.graph.checkpointer:
            self.run.ended_by = await record_reducer(self.run, error)
        elif isinstance(error, Parked):  # by a graph inside one that has no handler of its own
            self.run.ended_by = error.letter_id
        elif isinstance(error, Exception) and not isinstance(error, GraphBubbleUp):
            await self._end(error=f"{type(error).__name__}: {error}")
            return
        # Else it was cancelled, or whoever streams has left, or somebody asked to stop. What bubbles up otherwise goes
        # to a graph around it that is not ours: a question, or where that graph goes on.
        stopped = isinstance(error, GraphDrained) or not (error is None or isinstance(error, Exception))
        await self._end(stopped=stopped, asked=None if stopped else await self._asked())
        if self.run.ended_by is not None and not stopped:
            raise await self._dead_lettered(self.run.ended_by)

    async def _dead_lettered(self, letter_id: str) -> DeadLettered:
        letter = await self.run.plumbing.database.do(lambda tx: letter_rows.get(tx, letter_id), durable=False)
        return DeadLettered(self.run.thread_id, self.run.run, letter_id, letter.reason, letter.error)

    async def _asked(self) -> list[str] | None:
        """The interrupts that the graph stands at; empty for a breakpoint, None where it does not wait."""
        if not (self.run.interrupted or self.may_pause):
            return None
        if not self.graph.checkpointer:
            return await self._asked_through_another() if self.run.interrupted else None
        state = await self.graph.aget_state(_of_thread(self.run.thread_id))
        return [each.id for each in state.interrupts] if state.next or state.interrupts else None

    async def _asked_through_another(self) -> list[str] | None:
        """Its open questions, where a graph around it that is not ours keeps the checkpoints of both."""
        if not framework.has_saver_around(self.config["configurable"]):
            return None
        run = (self.run.thread_id, self.run.run)
        rows = await self.run.plumbing.database.do(lambda tx: find_pending_rows(tx, *run), durable=False)
        return [str(each.asked_as) for each in rows]

    async def _end(self, *, error: str | None = None, stopped: bool = False, asked: list[str] | None = None) -> None:
        took_ms = (time.time() - self.began) * 1000
        if not self.listed:
            told = error or ("the stream was left" if stopped else None)
            self.run.plumbing.adopted(self.row.event(self.began, time.time(), told))
            return
        if self.run.interrupted and asked is None and not (error or stopped or self.graph.checkpointer):
            error = "it asked and cannot wait: compile the graph with a checkpointer"
        ending = Ending(error=error, stopped=stopped, interrupts=asked)
        fence, seals = self.run.as_fence(), self.run.plumbing.seals
        await self.run.plumbing.database.do(
            lambda tx: run_rows.finish(tx, fence, seals, ending, took_ms), durable=False
        )


async def begin(
    graph: Graph, given: Any, config: RunnableConfig, configurable: dict[str, Any], *, may_pause: bool
) -> Call:
    """The call of a graph with its run, which is written down before this returns.

    Raises:
        NotEnded, Held: an input comes, or an earlier run goes on, while the last run of its thread has not ended.
        UnknownThread, NothingWaiting: there is nothing to go on with, or no question that an answer is for.
    """
    open_plumbing = await plumbing()
    named = configurable.get("thread_id")
    thread_id, root = str(named or f"lib-{token_hex(6)}"), ""
    if framework.is_inside_task(configurable) and not graph.checkpointer:  # of a graph that is not ours
        task_id, root = framework.task_around(configurable)
        # Several at once are several runs, each the same when it is resumed.
        named = thread_id = f"{thread_id}~{task_id[:13]}"
    else:
        configurable["thread_id"] = thread_id
    row = _row(graph, thread_id, configurable, config, open_plumbing)
    run = ActiveRun(thread_id, 1, graph.name, open_plumbing, root=root, decider=_decider(configurable))
    run.writes_masked = not (isinstance(given, Command) and given.update)  # which comes from outside
    if named is None and not graph.checkpointer:
        del configurable["thread_id"]  # or the framework would copy it into the metadata of every callback
        open_plumbing.adopted(row.event(time.time()))
        return Call(graph, run, given, _with_run(config, configurable, run), row, listed=False)
    if isinstance(given, Command) or given is None:
        given = await _go_on(graph, run, row, given, configurable)
    else:
        await _begin(graph, run, row._replace(input=json_text(given).decode()))
    return Call(graph, run, given, _with_run(config, configurable, run), row, may_pause=may_pause)


async def _begin(graph: Graph, run: ActiveRun, row: AdHocCall) -> None:
    """Write the row of an input's run and, after an earlier run, the checkpoint that it begins with."""
    database, again = run.plumbing.database, not graph.checkpointer
    run.run = await database.do(lambda tx: adhoc_rows.begin(tx, row, run.plumbing.seals, again=again), durable=False)
    if graph.checkpointer and run.run > 1:
        last = await graph.saver.aget_tuple(_of_thread(run.thread_id))
        if run_of(last) < run.run:
            await start_clean(graph, last, run.run)


async def _go_on(graph: Graph, run: ActiveRun, row: AdHocCall, given: Any, configurable: dict[str, Any]) -> Any:
    """Find the run that a call without an input goes on with: what to hand to the graph."""
    if not graph.checkpointer:
        return given  # the framework refuses it in its own words
    named = {name: configurable[name] for name in ("checkpoint_id", "checkpoint_ns") if configurable.get(name)}
    found = await graph.saver.aget_tuple({"configurable": {"thread_id": run.thread_id, **named}})
    database = run.plumbing.database
    last = await database.do(lambda tx: run_rows.find(tx, run.thread_id), durable=False)
    behind = last is not None and (last.run > run_of(found) or not has_input(found))
    begun = last is not None and behind and not named and last.status in RESUMABLE and last.input
    if found is None and not begun:
        raise UnknownThread(f"no checkpoint of {run.thread_id} is there to go on from; give an input to begin a run")
    run.run = last.run if last is not None and begun else run_of(found)
    if last is not None and last.run > run.run and last.status not in ENDED:  # it would be cut off
        await database.do(lambda tx: run_rows.refuse_unended(tx, run.thread_id), durable=False)
    if isinstance(given, Command) and given.resume is not None and not named:
        await _refuse_if_nothing_waits(graph, run)
    await database.do(lambda tx: adhoc_rows.go_on(tx, row, run.run, run.plumbing.seals), durable=False)
    if last is not None and begun and given is None:  # it was cut off before its input was stored
        if run_of(found) < run.run:
            await start_clean(graph, found, run.run)
        run.plumbing.seals.check("runs", last._asdict(), last.seal)
        return last.input_data
    return given


async def _refuse_if_nothing_waits(graph: Graph, run: ActiveRun) -> None:
    state = await graph.aget_state(_of_thread(run.thread_id))
    if not state.next and not state.interrupts:
        raise NothingWaiting(f"run {run.run} of {run.thread_id} waits for nothing; give an input to begin another")


async def start_clean(graph: Graph, last: CheckpointTuple | None, run: int) -> None:
    """Put the checkpoint that a run begins with: empty but for what the graph keeps, child of the thread's last."""
    if last is None:
        return
    values = last.checkpoint["channel_values"]
    kept = {name: values[name] for name in graph.kept() if name in values}
    version = graph.saver.get_next_version(max(last.checkpoint["channel_versions"].values(), default=None), None)
    fresh, versions = framework.first_checkpoint(last, kept, version)
    metadata: Any = {**framework.begun_after({**last.metadata}), RUN: run}
    await graph.saver.aput(last.config, fresh, metadata, versions)


def run_of(found: CheckpointTuple | None) -> int:
    """The number of the run that a checkpoint belongs to; 0 where there is no checkpoint."""
    if found is None:
        return 0
    noted: dict[str, Any] = {**found.metadata}
    return int(noted.get(RUN, 1))


def has_input(found: CheckpointTuple | None) -> bool:
    """Whether the run of a checkpoint has its input: the checkpoint that a run begins with has none."""
    return found is not None and START in found.checkpoint["channel_versions"]


def _of_thread(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}


def _row(
    graph: Graph,
    thread_id: str,
    configurable: dict[str, Any],
    config: RunnableConfig | None,
    open_plumbing: Plumbing,
) -> AdHocCall:
    origin, caps = "server" if SERVER_KEYS & configurable.keys() else "library", open_plumbing.settings
    request = (config or {}).get("metadata", {}).get("run_id") or None
    held, usd = open_plumbing.holder, nanousd(caps.budget_usd)
    return AdHocCall(thread_id, graph.name, origin, caps.budget_tokens, usd, held, None, request and str(request))


def _decider(configurable: dict[str, Any]) -> Decider:
    """Who answers in this call: the server's user, else whoever runs this process."""
    if SERVER_KEYS & configurable.keys():
        return Decider(configurable.get(SERVER_USER) or None, "server")
    return Decider(person(), "library")


def _with_run(config: RunnableConfig | None, configurable: dict[str, Any], run: ActiveRun) -> RunnableConfig:
    changed: RunnableConfig = {**(config or {}), "configurable": {**configurable, ACTIVE: run}}
    if run.run > 1:
        changed["metadata"] = {**(config or {}).get("metadata", {}), RUN: run.run}
    return changed
