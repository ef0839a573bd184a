"""Ad-hoc runs: a call of a graph, bare or by the Agent Server, begins a run or continues one.

An input begins a run. On a thread that has checkpoints it begins with an empty checkpoint, child of the last, which
holds the keys that the graph keeps from run to run and no others. None or a Command continues the run of the checkpoint
that it finds. The row is written before the first checkpoint and holds the input, so that a call that was cut off
between the two can be continued as well.
"""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any, Protocol, Self

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.errors import GraphBubbleUp, GraphDrained
from langgraph.graph import START
from langgraph.types import Command, StateSnapshot

from baton import _langgraph as framework
from baton.errors import DeadLettered, LeaseLost, NothingWaiting, Parked, ReducerFailed, StorageError, UnknownThread
from baton.plain import json_text, nanousd
from baton.runtime.active import ActiveRun, Decider, person
from baton.runtime.resources import Resources, current_resources
from baton.steps.codec import encode_output, input_codec
from baton.steps.dead_letters import record_reducer_failure
from baton.storage import adhoc_rows, claims, dead_letter_rows, run_rows
from baton.storage.adhoc_rows import AdHocCall
from baton.storage.fence import ACTIVE
from baton.storage.records import RunRow
from baton.storage.run_status import ENDED, RESUMABLE, Ending
from baton.storage.summaries import asked_ids, find_pending_rows
from baton.storage.transaction import Transaction

SERVER_KEYS = {
    "assistant_id",
    "graph_id",
    "langgraph_request_id",
}  # set by the Agent Server beside the thread id
SERVER_USER = "langgraph_auth_user_id"
RUN = "baton_run"  # in the metadata of the checkpoints of a thread's second run and those after it


class Graph(Protocol):
    """The parts of a `TypedGraph` that its calls use."""

    name: str
    builder: Any
    checkpointer: Any

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The graph's own checkpointer."""

    def keys_to_keep(self) -> list[str]:
        """The keys of the state that keep their values from run to run."""

    async def aget_state(self, config: RunnableConfig) -> StateSnapshot:
        """The current state of a thread."""


@dataclass(slots=True)
class Call:
    """A call of a graph from outside any run: input, config, and its run, which ends with the `async with` block."""

    graph: Graph
    run: ActiveRun
    given: Any
    config: RunnableConfig
    row: AdHocCall
    has_row: bool = True  # whether its row was written with a transaction of its own
    may_pause: bool = False  # whether it may stop without one of our steps noticing
    began: float = field(default_factory=time.time)
    beating: "asyncio.Future[None] | None" = None  # renews the lease, where the run was claimed

    async def __aenter__(self) -> Self:
        if self.run.fence is not None:
            self.beating = asyncio.ensure_future(self.run.resources.keep_leases(self.row.owner))
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Store in the run's row how the block ended, and hold the run no more.

        Raises:
            DeadLettered: the run ended in a dead letter.
            LeaseLost: another process took the run over.
        """
        try:
            await self._close(error)
        except LeaseLost:
            if error is None:
                raise
        except BaseException:
            if self.has_row:
                _put_back(self.run.resources, self.row)
            raise
        finally:
            claims.end_call(self.row.owner)
            if self.beating is not None:
                self.beating.cancel()

    async def _close(self, error: BaseException | None) -> None:
        if isinstance(error, ReducerFailed) and self.graph.checkpointer:
            self.run.ended_by = await record_reducer_failure(self.run, error)
        elif isinstance(error, Parked):  # by a graph inside one that has no handler of its own
            self.run.ended_by = error.letter_id
        elif isinstance(error, Exception) and not isinstance(error, GraphBubbleUp):
            await self._end(error=f"{type(error).__name__}: {error}")
            return
        # Else it was cancelled, or the stream was left, or a stop was requested. Another error that bubbles up is for a
        # graph around it that is not ours: an interrupt, or a Command for that graph.
        stopped = isinstance(error, GraphDrained) or not (error is None or isinstance(error, Exception))
        interrupts = None if stopped else await self._pending_interrupts()
        output = None if stopped or interrupts is not None else await self._output_to_keep()
        await self._end(stopped=stopped, interrupts=interrupts, output=output)
        if self.run.ended_by is not None and not stopped:
            raise await self._dead_letter_error(self.run.ended_by)

    async def _dead_letter_error(self, letter_id: str) -> DeadLettered:
        letter = await self.run.resources.database.do(lambda tx: dead_letter_rows.get(tx, letter_id), durable=False)
        return DeadLettered(self.run.thread_id, self.run.run, letter_id, letter.reason, letter.error)

    async def _pending_interrupts(self) -> list[str] | None:
        """The ids of the interrupts that the graph waits at; empty for a breakpoint, None where it does not wait."""
        if not (self.run.interrupted or self.may_pause):
            return None
        if not self.graph.checkpointer:
            return await self._interrupts_of_outer() if self.run.interrupted else None
        state = await self.graph.aget_state(_thread_config(self.run.thread_id))
        return [each.id for each in state.interrupts] if state.next or state.interrupts else None

    async def _interrupts_of_outer(self) -> list[str] | None:
        """The pending interrupts, where a graph around it that is not ours has the checkpoints of both."""
        if not framework.has_saver_around(self.config["configurable"]):
            return None
        run = (self.run.thread_id, self.run.run)
        rows = await self.run.resources.database.do(lambda tx: find_pending_rows(tx, *run), durable=False)
        return [str(each.asked_as) for each in rows]

    async def _output_to_keep(self) -> str | None:
        """The output of a run that was queued, for whoever queued it; None of another, whose caller has it."""
        if self.run.fence is None or self.run.ended_by is not None:
            return None
        state = await self.graph.aget_state(_thread_config(self.run.thread_id))
        return encode_output(self.graph.builder, state.values, self.graph.name)

    async def _end(
        self,
        *,
        error: str | None = None,
        stopped: bool = False,
        interrupts: list[str] | None = None,
        output: str | None = None,
    ) -> None:
        """Store the end of the run: an error, a stop, the interrupts that it waits at, or its output."""
        took_ms = (time.time() - self.began) * 1000
        if not self.has_row:
            reason = error or ("the stream was left" if stopped else None)
            self.run.resources.record_adhoc_run(self.row.event(self.began, time.time(), reason))
            return
        if self.run.interrupted and interrupts is None and not (error or stopped or self.graph.checkpointer):
            error = "it asked and cannot wait: compile the graph with a checkpointer"
        ending = Ending(error=error, stopped=stopped, interrupts=interrupts, output=output)
        fence, signer = self.run.as_fence(), self.run.resources.signer
        await self.run.resources.database.do(
            lambda tx: run_rows.finish(tx, fence, signer, ending, took_ms), durable=False
        )


async def begin(
    graph: Graph,
    given: Any,
    config: RunnableConfig,
    configurable: dict[str, Any],
    *,
    may_pause: bool,
    from_record: bool = False,
) -> Call:
    """Begin or continue a run for a call of a graph; its row is written before this returns.

    `from_record` says that the caller gave the input as a record.

    Raises:
        NotEnded, Held: an input comes, or an earlier run is continued, while the last run of its thread has not ended.
        DeadLettered: the run that a request repeats, or that None goes on with, ended in a dead letter before.
        UnknownThread, NothingWaiting: there is no run to continue, or no question that waits for an answer.
    """
    resources = await current_resources()
    given_id = configurable.get("thread_id")
    thread_id, root = str(given_id or f"lib-{token_hex(6)}"), ""
    number: int | None = None
    if framework.is_inside_task(configurable) and not graph.checkpointer:  # of a graph that is not ours
        task_id, root = framework.task_around(configurable)
        # Several at once are several runs; the task's id, and the call's number in it, make each the same when the task
        # runs again.
        given_id = thread_id = f"{thread_id}~{task_id[:13]}"
        number = framework.number_call(configurable)
    else:
        configurable["thread_id"] = thread_id
    row = _row(graph, thread_id, configurable, config, resources)
    run = ActiveRun(thread_id, 1, graph.name, resources, root=root, decider=_decider(configurable))
    run.writes_masked = not (isinstance(given, Command) and given.update)  # an update from outside is not masked
    if given_id is None and not graph.checkpointer:
        del configurable["thread_id"]  # or the framework would copy it into the metadata of every callback
        resources.record_adhoc_run(row.event(time.time()))
        return Call(graph, run, given, _with_run(config, configurable, run), row, has_row=False)
    row = row._replace(owner=claims.begin_call(resources.owner), from_record=from_record)
    try:
        row, given = await _write_row(graph, run, row, given, configurable, number=number)
    except BaseException:
        _put_back(resources, row)
        claims.end_call(row.owner)
        raise
    return Call(graph, run, given, _with_run(config, configurable, run), row, may_pause=may_pause)


async def _write_row(
    graph: Graph, run: ActiveRun, row: AdHocCall, given: Any, configurable: dict[str, Any], *, number: int | None
) -> tuple[AdHocCall, Any]:
    """Write the row of the run that a call begins or continues; return it, and the value to pass to the graph."""
    if isinstance(given, Command) or given is None:
        return row, await _continue(graph, run, row, given, configurable)
    row = row._replace(input=json_text(given).decode())
    is_stored = await _start(graph, run, row, number, is_saved=framework.has_saver_around(configurable))
    return row, None if is_stored else given


def _put_back(resources: Resources, row: AdHocCall) -> None:
    """Put the run of a call that does not close it back into the queue, after what the call asked for before.

    A transaction is committed although its caller was cancelled, so a call may hold a run that it never began.
    """
    with suppress(StorageError):  # the database is closed
        resources.database.enqueue(lambda tx: adhoc_rows.put_back(tx, row))


async def _start(graph: Graph, run: ActiveRun, row: AdHocCall, number: int | None, *, is_saved: bool) -> bool:
    """Write the row of an input's run and, after an earlier run, the checkpoint that it begins with.

    Returns whether a checkpoint has the input already: the request came before, and its run is gone on with, however it
    was gone on with since. `number` is that of a call by a task of a graph that is not ours, which saves checkpoints or
    not; None of any other.
    """
    signer, again = run.resources.signer, not graph.checkpointer

    def begin_row(tx: Transaction) -> int:
        if number is None:
            return adhoc_rows.begin(tx, row, signer, again=again, is_other=lambda last: _is_other(graph, last, row))
        return adhoc_rows.begin_in_task(tx, row, number, signer, is_saved=is_saved)

    run.run = await run.resources.database.do(begin_row, durable=False)
    if not graph.checkpointer or (run.run == 1 and not row.request_id):
        return False
    last = await graph.saver.aget_tuple(_thread_config(run.thread_id))
    if run_of(last) == run.run:
        return has_input(last)
    if run.run > 1:
        await start_clean(graph, last, run.run)
    return False


def _is_other(graph: Graph, last: RunRow, row: AdHocCall) -> bool:
    """Whether the input of a call is for certain not that of a run."""
    if last.input is None or row.input is None or row.from_record:
        return False
    comparable = input_codec(graph.builder).comparable
    return comparable(json.loads(last.input)) != comparable(json.loads(row.input))


async def _continue(graph: Graph, run: ActiveRun, row: AdHocCall, given: Any, configurable: dict[str, Any]) -> Any:
    """Find the run that a call without an input continues, and return the value to pass to the graph."""
    if not graph.checkpointer:
        return given  # the framework refuses it in its own words
    chosen = {name: configurable[name] for name in ("checkpoint_id", "checkpoint_ns") if configurable.get(name)}
    checkpoint = await graph.saver.aget_tuple({"configurable": {"thread_id": run.thread_id, **chosen}})
    database = run.resources.database
    last = await database.do(lambda tx: run_rows.find(tx, run.thread_id), durable=False)
    unstored = None if chosen else _without_stored_input(last, checkpoint)
    if checkpoint is None and unstored is None:
        raise UnknownThread(f"no checkpoint of {run.thread_id} is there to go on from; give an input to begin a run")
    run.run = unstored.run if unstored else run_of(checkpoint)
    if last is not None and last.run > run.run and last.status not in ENDED:  # it would be cut off
        await database.do(lambda tx: run_rows.refuse_unended(tx, run.thread_id), durable=False)
    if _is_answer(given) and not chosen:
        given = await _answer_what_waits(graph, run, given)
    run.fence = await database.do(lambda tx: _go_on(tx, run, row, given, is_back=bool(chosen)), durable=False)
    return await _stored_input(graph, run, unstored, checkpoint) if unstored and given is None else given


def _go_on(tx: Transaction, run: ActiveRun, row: AdHocCall, given: Any, *, is_back: bool) -> int | None:
    """Mark the run as worked by this call, which goes back to an old checkpoint or not; returns the claim's number."""
    if given is None and not is_back:
        adhoc_rows.refuse_dead_lettered(tx, run_rows.find(tx, run.thread_id, run.run))
    signer, lease_s = run.resources.signer, run.resources.settings.lease_s
    return adhoc_rows.go_on(tx, row, run.run, signer, lease_s, answers=_is_answer(given))


def _is_answer(given: Any) -> bool:
    """Whether a call brings an answer to a question."""
    return isinstance(given, Command) and given.resume is not None


def _without_stored_input(last: RunRow | None, checkpoint: CheckpointTuple | None) -> RunRow | None:
    """The thread's last run, where it was cut off before a checkpoint stored its input."""
    if last is None or not (last.run > run_of(checkpoint) or not has_input(checkpoint)):
        return None
    return last if last.status in RESUMABLE and last.input else None


async def _stored_input(graph: Graph, run: ActiveRun, row: RunRow, checkpoint: CheckpointTuple | None) -> Any:
    """The input in a run's row, for a run that was cut off before a checkpoint stored it."""
    if run_of(checkpoint) < run.run:
        await start_clean(graph, checkpoint, run.run)
    run.resources.signer.verify_row("runs", row._asdict(), row.seal)
    return input_codec(graph.builder).with_messages(row.input_data)


async def _answer_what_waits(graph: Graph, run: ActiveRun, given: Command[Any]) -> Any:
    """Return an answer without what it says to questions that were answered before; None where nothing else is in it.

    The framework would give such a late one to the next question of its step. A client that was cut off may send it.

    Raises:
        NothingWaiting: nothing waits, or something else than what an answer names.
    """
    state = await graph.aget_state(_thread_config(run.thread_id))
    if not state.next and not state.interrupts:
        raise NothingWaiting(f"run {run.run} of {run.thread_id} waits for nothing; give an input to begin another")
    resume: Any = given.resume
    waiting, named = {each.id for each in state.interrupts}, framework.answered_ids(resume)
    if waiting.issuperset(named):
        return given
    known, asked = await run.resources.database.do(lambda tx: _questions(tx, run, waiting), durable=False)
    unknown = [each for each in named if each not in known | asked]
    if unknown and waiting:
        raise NothingWaiting(f"{run.thread_id} does not wait for {unknown[0]}; it waits for {', '.join(sorted(known))}")
    current = {name: resume[name] for name in named if name in known}
    return replace(given, resume=current or None) if current or given.update or given.goto else None


def _questions(tx: Transaction, run: ActiveRun, waiting: set[str]) -> tuple[set[str], set[str]]:
    """Return the ids of the open questions of a run, and those of all that its thread was ever asked.

    A step that was cut off before it waited has an open question all the same.
    """
    rows = find_pending_rows(tx, run.thread_id, run.run)
    return waiting | {str(each.asked_as) for each in rows}, asked_ids(tx, run.thread_id)


async def start_clean(graph: Graph, last: CheckpointTuple | None, run: int) -> None:
    """Store the checkpoint that a run begins with: empty but for the keys that the graph keeps, child of the last."""
    if last is None:
        return
    values = last.checkpoint["channel_values"]
    kept = {name: values[name] for name in graph.keys_to_keep() if name in values}
    version = graph.saver.get_next_version(max(last.checkpoint["channel_versions"].values(), default=None), None)
    fresh, versions = framework.first_checkpoint(last, kept, version)
    metadata: Any = {**framework.metadata_after({**last.metadata}), RUN: run}
    await graph.saver.aput(last.config, fresh, metadata, versions)


def run_of(checkpoint: CheckpointTuple | None) -> int:
    """The number of the run that a checkpoint belongs to; 0 where there is no checkpoint."""
    if checkpoint is None:
        return 0
    metadata: dict[str, Any] = {**checkpoint.metadata}
    return int(metadata.get(RUN, 1))


def has_input(checkpoint: CheckpointTuple | None) -> bool:
    """Whether a checkpoint has its run's input, which the one that a run begins with lacks."""
    return checkpoint is not None and START in checkpoint.checkpoint["channel_versions"]


def _thread_config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}


def _row(
    graph: Graph,
    thread_id: str,
    configurable: dict[str, Any],
    config: RunnableConfig | None,
    resources: Resources,
) -> AdHocCall:
    """The row of a call: `server` or `library` as its origin, and the budget of the settings."""
    origin, caps = "server" if SERVER_KEYS & configurable.keys() else "library", resources.settings
    request = (config or {}).get("metadata", {}).get("run_id") or None
    owner, usd = resources.owner, nanousd(caps.budget_usd)
    return AdHocCall(thread_id, graph.name, origin, caps.budget_tokens, usd, owner, None, request and str(request))


def _decider(configurable: dict[str, Any]) -> Decider:
    """The person who answers in this call: the server's user, else the user of this process."""
    if SERVER_KEYS & configurable.keys():
        return Decider(configurable.get(SERVER_USER) or None, "server")
    return Decider(person(), "library")


def _with_run(config: RunnableConfig | None, configurable: dict[str, Any], run: ActiveRun) -> RunnableConfig:
    """A config that hands the run to the graph's steps, and its number to the checkpoints."""
    with_run: RunnableConfig = {**(config or {}), "configurable": {**configurable, ACTIVE: run}}
    if run.run > 1:
        with_run["metadata"] = {**(config or {}).get("metadata", {}), RUN: run.run}
    return with_run
