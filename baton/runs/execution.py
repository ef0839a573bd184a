"""Working a claimed run: find out what to pass to its graph, invoke it, close the row."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained, is_invalid_resume
from langgraph.runtime import RunControl
from langgraph.types import Command, StateSnapshot

from baton import _langgraph as framework
from baton.errors import (
    CrashLoop,
    LeaseLost,
    NeedsMigration,
    OverBudget,
    Parked,
    ReducerFailed,
    UsageError,
    first_fault,
)
from baton.runs.graph_questions import store_questions
from baton.runs.graph_shapes import Graph, fingerprint, read_context
from baton.runs.pending_approvals import find_replies
from baton.runtime.active import ActiveRun, Decider
from baton.runtime.resources import Resources
from baton.steps.adhoc import RUN, has_input, run_of, start_clean
from baton.steps.codec import encode_output, input_codec
from baton.steps.dead_letters import record_dead_letter, record_reducer_failure
from baton.steps.scopes import with_visit_counts
from baton.steps.typed_graph import RECURSION_LIMIT, TypedGraph
from baton.storage import run_rows, summaries
from baton.storage.fence import ACTIVE
from baton.storage.records import RunRow, RunSummary
from baton.storage.run_status import Ending
from baton.storage.signer import Signer
from baton.storage.transaction import Transaction

Replies = dict[str, Any]
"""The replies of clients by the id of the interrupt that each is for."""

RECOVERIES = 3  # takeovers from dead processes, with no checkpoint between them, before a run is dead-lettered


class Executor:
    """Works claimed runs of the graphs that `load` finds by name, until they end or `stop` is called."""

    def __init__(self, resources: Resources, load: Callable[[str], Graph]) -> None:
        self._resources, self._database = resources, resources.database
        self._load, self._graphs = load, dict[str, Graph]()
        self._controls: set[RunControl] = set()
        self._is_stopping = False

    def stop(self) -> None:
        """Let the steps in progress finish and start no others: the runs go back into the queue."""
        self._is_stopping = True
        for control in self._controls:
            control.request_drain("stopped")

    async def state(self, row: RunRow) -> StateSnapshot:
        """Return where the thread of a run stands."""
        return await self.graph(row.graph).aget_state({"configurable": {"thread_id": row.thread_id}})

    def graph(self, name: str) -> Graph:
        """Return a graph with our checkpointer, counting the visits of its steps.

        Raises:
            UnknownGraph: there is none of that name.
        """
        if name not in self._graphs:
            self._graphs[name] = with_visit_counts(self._load(name)).copy(
                {"checkpointer": self._resources.checkpointer}
            )
        return self._graphs[name]

    async def run(self, row: RunRow, replies: Replies | None = None, decider: Decider | None = None) -> RunSummary:
        """Work a claimed run until its graph ends, waits or is stopped, close its row and return its summary.

        Where another process took it over meanwhile, nothing is closed.
        """
        run = ActiveRun(row.thread_id, row.run, row.graph, self._resources, row.fence)
        run.decider, started = decider or run.decider, time.perf_counter()
        try:
            try:
                ending = await self._work(run, row, replies)
            except asyncio.CancelledError:
                with suppress(LeaseLost):
                    await self._close(run, Ending(stopped=True), started)
                raise
            return await self._close(run, ending, started)
        except LeaseLost:
            return await self._database.do(lambda tx: summarise(tx, run.thread_id, run.run, self._resources.signer))

    async def _close(self, run: ActiveRun, ending: Ending, started: float) -> RunSummary:
        took_ms = (time.perf_counter() - started) * 1000

        def close(tx: Transaction) -> RunSummary:
            run_rows.finish(tx, run.as_fence(), self._resources.signer, ending, took_ms)
            return summaries.summary(tx, run_rows.get(tx, run.thread_id, run.run))

        return await self._database.do(close)

    async def _work(self, run: ActiveRun, row: RunRow, replies: Replies | None) -> Ending:
        """Check the row, invoke its graph and return how that ended; an error ends this run and not the others.

        Raises:
            LeaseLost: another process took the run over.
        """
        try:
            return await self._invoke(run, row, self._verify_graph(run, row), replies)
        except LeaseLost:
            raise
        except GraphDrained:
            return Ending(stopped=True)
        except (CrashLoop, NeedsMigration) as fatal:
            await record_dead_letter(run, "run", row.input_data, fatal, checkpoint_id=None)
        except ReducerFailed as failed:
            await record_reducer_failure(run, failed)
        except Parked:
            pass  # by a graph inside one that has no handler of its own
        except OverBudget as failure:
            return Ending(error=f"{one_line(failure)}; {_way_out(failure)}")
        except Exception as failure:  # noqa: BLE001 - whatever it is, it ends this run and not the others
            if is_invalid_resume(failure):
                return await self._ask_again(run, failure)
            return Ending(error=one_line(failure))
        return Ending(dead_lettered=True)

    async def _ask_again(self, run: ActiveRun, refusal: Exception) -> Ending:
        """Open the questions again whose answers do not fit the schema that their `interrupt()` names."""
        config = RunnableConfig(configurable={"thread_id": run.thread_id})
        pending = (await self.graph(run.graph).aget_state(config)).interrupts
        await self._database.do(lambda tx: store_questions(tx, run, pending, first_fault(refusal)))
        return Ending(interrupts=[each.id for each in pending])

    def _verify_graph(self, run: ActiveRun, row: RunRow) -> Graph:
        """Return the graph of a run, once its row and its graph are verified.

        Raises:
            TamperedCheckpoint: the row was changed.
            CrashLoop: it killed too many processes.
            NeedsMigration: its graph is not what it was when the run began.
        """
        self._resources.signer.verify_row("runs", row._asdict(), row.seal)
        if row.recoveries > RECOVERIES:
            raise CrashLoop(
                f"the process died {row.recoveries} times while it worked {run.thread_id}, each time at the same place"
            )
        graph = self.graph(row.graph)
        run.writes_masked = isinstance(graph, TypedGraph)
        if row.fingerprint != fingerprint(graph):
            raise NeedsMigration(
                f"{row.graph} changed since {run.thread_id} began; finish it with the code it began with"
            )
        return graph

    async def _invoke(self, run: ActiveRun, row: RunRow, graph: Graph, replies: Replies | None) -> Ending:
        """Run the graph from where it stands; return its output, or the interrupts at which it waits."""
        config = RunnableConfig(configurable={"thread_id": run.thread_id, ACTIVE: run}, recursion_limit=RECURSION_LIMIT)
        if run.run > 1:
            config["metadata"] = {RUN: run.run}
        given = await self._resume_input(graph, config, row, replies)
        context = read_context(graph, row.context)
        with self._control() as control:
            result = await graph.ainvoke(given, config, context=context, durability="sync", control=control)
        if result and (interrupts := result.get("__interrupt__")):
            await self._database.do(lambda tx: store_questions(tx, run, interrupts))
            return Ending(interrupts=[each.id for each in interrupts])
        if framework.has_breakpoints(graph) and (await graph.aget_state(config)).next:
            return Ending(interrupts=[])
        return Ending(output=encode_output(graph.builder, result, graph.name) if result else None)

    @contextmanager
    def _control(self) -> Iterator[RunControl]:
        """A control that `stop` drains for as long as the block lasts."""
        control = RunControl()
        self._controls.add(control)
        if self._is_stopping:
            control.request_drain("stopped")
        try:
            yield control
        finally:
            self._controls.discard(control)

    async def _resume_input(self, graph: Graph, config: RunnableConfig, row: RunRow, replies: Replies | None) -> Any:
        """Return the value to pass to `ainvoke`: the input, `Command(resume=...)`, or None to continue.

        Raises:
            UsageError: the thread stands in a later run or, where replies came, in any other.
        """
        found = await self._resources.checkpointer.aget_tuple(config)
        if run_of(found) > row.run or (replies is not None and run_of(found) != row.run):
            # somebody changed the state of another run, which is the newest now
            raise UsageError(f"{row.thread_id} stands in run {run_of(found)}; first: baton resume")
        if replies is not None:
            return Command(resume=replies)
        if run_of(found) == row.run and has_input(found):
            return await self._replies_on_record(graph, config)
        if run_of(found) < row.run and isinstance(graph, TypedGraph):  # a plain one keeps all its state
            await start_clean(graph, found, row.run)
        return input_codec(graph.builder).with_messages(row.input_data)

    async def _replies_on_record(self, graph: Graph, config: RunnableConfig) -> Command[Any] | None:
        """Return the replies that stand for the interrupts at which the graph waits, if any.

        They are those to a graph's own questions, and others that were decided before a crash.
        """
        pending = [each.id for each in (await graph.aget_state(config)).interrupts]
        if not pending:
            return None
        signer = self._resources.signer
        decided = await self._database.do(lambda tx: find_replies(tx, signer, pending))
        return Command(resume=decided) if decided else None


def summarise(tx: Transaction, thread_id: str, run: int | None, signer: Signer) -> RunSummary:
    """Return the summary of a run, the thread's last where no number is given, once it is verified.

    Raises:
        UnknownThread: there is no such run.
        TamperedCheckpoint: its output, or an approval that it waits for, was changed.
    """
    row = run_rows.get(tx, thread_id, run)
    summaries.check(tx, row, signer)
    return summaries.summary(tx, row)


def _way_out(error: OverBudget) -> str:
    """Return what helps a run that was not parked when its budget was spent."""
    if error.in_dollars:
        return "a larger BATON_BUDGET_USD holds for runs that begin"
    return f"go on with: baton resume {error.thread_id} --budget-tokens N"


def one_line(error: Exception) -> str:
    """Return an error as `Name: first line of its message`."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
