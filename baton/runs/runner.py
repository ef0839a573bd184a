"""Starting, resuming and deciding: the one way to work runs, for every front end.

A run is a row before it is anything else. Working it means: claim its lease, find out how to go on, let the graph run,
close the row. Whoever dies in between leaves a lease that runs out and checkpoints that say where to go on.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import Command
from pydantic_core import from_json, to_json

from baton import _langgraph as framework
from baton.config.home import THREAD_ID
from baton.errors import (
    AlreadyDecided,
    BadDecision,
    CrashLoop,
    Held,
    LeaseLost,
    NeedsMigration,
    Parked,
    ReducerFailed,
    UsageError,
)
from baton.plain import nanousd, plain_json
from baton.runs.graph_shapes import Graph, checked_context, checked_input, fingerprint, output_text
from baton.runs.leases import Leases, own
from baton.runs.questions import bound, check_asked, decided, reply_again, request_of, resume_key
from baton.runs.replays import Terms
from baton.runtime.active import ActiveRun, Decider, person
from baton.runtime.plumbing import Plumbing
from baton.steps.adhoc import RUN, has_input, run_of, start_clean
from baton.steps.dead_letters import record, record_reducer
from baton.steps.effects import Settled, settle
from baton.steps.scopes import counting
from baton.steps.typed_graph import RECURSION_LIMIT, TypedGraph
from baton.storage import claims, letter_rows, run_rows, summaries
from baton.storage.fence import ACTIVE
from baton.storage.records import NewRun, RunRow, RunSummary
from baton.storage.run_status import Ending
from baton.storage.seals import Seals
from baton.storage.transaction import Transaction

RECOVERIES = 3  # takeovers from dead processes before a run is dead-lettered
GRACE_S = 5.0  # how long a stop waits for the steps in progress


@dataclass(frozen=True, slots=True)
class Job:
    """One run to queue; `line` is its record's number in the file it came from."""

    input: dict[str, Any]
    thread_id: str | None = None
    line: int | None = None


class Runner:
    """Works runs of the graphs that `load` finds by name."""

    def __init__(self, plumbing: Plumbing, load: Callable[[str], Graph]) -> None:
        self._plumbing, self._database = plumbing, plumbing.database
        self._load, self._graphs = load, dict[str, Graph]()
        self._leases = Leases(plumbing)
        self._controls: set[RunControl] = set()
        self._stopping = asyncio.Event()

    async def queue(
        self,
        graph: str,
        jobs: Sequence[Job],
        *,
        context: dict[str, Any] | None = None,
        budget_tokens: int | None = None,
        further: bool = False,
    ) -> list[str]:
        """Commit runs as queued, all or none; returns their thread ids.

        `further` says that a thread which has runs gets another one.

        Raises:
            UnknownGraph, UsageError: the graph, a thread id, an input or the context cannot be used.
            ThreadInUse: a thread id is taken, and no further run is meant.
            NotEnded: the last run of a thread has not ended.
        """
        built = self._graph(graph)
        common = {
            "graph": graph,
            "context": json.dumps(checked_context(built, context or {})),
            "fingerprint": fingerprint(built),
        }
        tokens = budget_tokens or self._plumbing.settings.budget_tokens
        usd = nanousd(self._plumbing.settings.budget_usd)
        runs = [
            NewRun(
                thread_id=_thread_id(job.thread_id),
                input=checked_input(built, job.input),
                line=job.line,
                budget_tokens=tokens,
                budget_nanousd=usd,
                **common,
            )
            for job in jobs
        ]
        await self._database.do(lambda tx: run_rows.queue(tx, runs, self._plumbing.seals, further=further))
        return [each.thread_id for each in runs]

    async def work(self, threads: Iterable[str], *, done: Callable[[RunSummary], None], concurrency: int) -> None:
        """Work the last runs of threads side by side until all are closed, held elsewhere, or a stop is asked for.

        One that was being worked when a process died, and not for the first time, is worked alone: if it was what
        killed the process, it takes no other along, and only it comes nearer to its last recovery.
        """
        given = list(threads)
        alone = await self._database.do(lambda tx: run_rows.suspects(tx, given), durable=False)
        await self._work_side_by_side([each for each in given if each in alone], done, 1)
        await self._work_side_by_side([each for each in given if each not in alone], done, concurrency)

    async def _work_side_by_side(
        self, threads: Sequence[str], done: Callable[[RunSummary], None], concurrency: int
    ) -> None:
        waiting = deque(threads)

        async def worker() -> None:
            while waiting and not self._stopping.is_set():
                thread_id = waiting.popleft()
                try:
                    done(await self.resume(thread_id))
                except Held:
                    done(await self.summary(thread_id))  # it is in good hands

        async with self._leases.renewed():
            workers = [asyncio.ensure_future(worker()) for _ in range(min(concurrency, len(waiting)))]
            cutter = asyncio.ensure_future(self._cut_off(workers))
            try:
                await asyncio.gather(*workers)
            except asyncio.CancelledError:
                if not self._stopping.is_set():
                    raise
            finally:
                for task in [cutter, *workers]:
                    task.cancel()
                await asyncio.gather(*workers, return_exceptions=True)  # each puts its run back into the queue

    async def resume(self, thread_id: str, *, run: int | None = None) -> RunSummary:
        """Go on with a run as far as it goes, after waiting out a lease that nobody renews; returns its summary.

        Without a number it is the thread's last; a run at a breakpoint goes on from there.

        Raises:
            UnknownThread: there is no such run.
            Held: another process works it.
            UsageError: it belongs to the server or a bare call.
        """
        row = await self._leases.to_go_on(thread_id, run)
        if row is None:
            return await self.summary(thread_id, run=run)
        async with self._leases.renewed():
            return await self._worked(row, None)

    async def decide(
        self,
        thread_id: str,
        reply: dict[str, Any],
        *,
        interrupt_id: str | None = None,
        run: int | None = None,
        by: str | None = None,
        channel: str = "library",
    ) -> RunSummary:
        """Answer one waiting decision of a run, the thread's last by default, and go on; the first answer stands.

        `by` and `channel` say in its row who decided and how; `by` defaults to whoever runs this process.

        Raises:
            NothingWaiting, AlreadyDecided, BadDecision: the answer cannot be taken, or did not come first.
            Held: another process works the run.
            UsageError: several decisions wait and none is named, or the run belongs to the server or a bare call.
        """
        reply = self._plain(reply)
        asked, row = await self._asked(thread_id, interrupt_id, run)
        reply = await self._database.do(lambda tx: bound(tx, reply, asked), durable=False)
        decider = Decider(by or person(), channel, uuid4().hex)
        async with self._leases.renewed():
            summary = await self._worked(row, {resume_key(asked): reply}, decider)
        standing = await self._database.do(lambda tx: decided(tx, asked))
        if standing is not None and standing.reply_id != decider.reply_id:
            raise AlreadyDecided(asked, json.loads(standing.decision or "null"))
        if standing is None and asked in {each["interrupt_id"] for each in summary["waiting_for"]}:
            raise BadDecision(await self._complaint(row, asked))
        if standing is None and summary["status"] == "running":
            raise Held(f"{thread_id} was taken over by another process; look at it again when that one is done")
        return summary

    async def replay(
        self, letter_id: str, *, accept_change: bool = False, budget_tokens: int | None = None
    ) -> RunSummary:
        """Go on from the checkpoint of a dead letter, after a fix; what was done stays done.

        `accept_change` goes on although the graph changed; `budget_tokens` is the run's new budget.

        Raises:
            UsageError: the letter or its run is not in a state for it, or the graph changed; nothing was changed.
            Held: another process works the run.
        """
        letter = await self._database.do(lambda tx: letter_rows.get(tx, letter_id))
        row = await self._database.do(lambda tx: own(tx, letter.thread_id, letter.run))
        terms = Terms(fingerprint(self._graph(row.graph)), accept_change, budget_tokens)
        claimed = await self._leases.to_replay(letter_id, terms)
        async with self._leases.renewed():
            return await self._worked(claimed, None)

    async def settle(self, letter_id: str, *, done: bool, receipt: Any = None, by: str | None = None) -> RunSummary:
        """Say what came of an effect in doubt and go on: it was `done`, with this receipt, or it was not and is fired.

        Raises:
            UsageError: the letter keeps no effect in doubt, or is not open; nothing was changed.
            Held: another process works the run.
        """
        letter = await self._database.do(lambda tx: letter_rows.get(tx, letter_id))
        key = letter.evidence.get("effect")
        if key is None:
            raise UsageError(f"{letter_id} keeps no effect in doubt; nothing was changed")
        row = await self._database.do(lambda tx: own(tx, letter.thread_id, letter.run))
        seals, terms = self._plumbing.seals, Terms(fingerprint(self._graph(row.graph)))
        settled = Settled(key, plain_json(receipt), done=done, by=by or person())
        claimed = await self._leases.to_replay(letter_id, terms, lambda tx: settle(tx, seals, settled))
        async with self._leases.renewed():
            return await self._worked(claimed, None)

    async def summary(self, thread_id: str, *, run: int | None = None) -> RunSummary:
        """What programs are told about one run, the thread's last by default.

        Raises:
            UnknownThread: there is no such run.
            TamperedCheckpoint: its output, or a question that it waits for, was changed.
        """
        return await self._database.do(lambda tx: _checked_summary(tx, thread_id, run, self._plumbing.seals))

    def stop(self) -> None:
        """Let the steps in progress finish, start no others, put what is unfinished back into the queue."""
        self._stopping.set()
        for control in self._controls:
            control.request_drain("stopped")

    async def _cut_off(self, workers: Sequence["asyncio.Task[None]"]) -> None:
        """End what does not end by itself within the grace after a stop."""
        await self._stopping.wait()
        await asyncio.sleep(GRACE_S)
        for task in workers:
            task.cancel()

    async def _asked(self, thread_id: str, interrupt_id: str | None, run: int | None) -> tuple[str, RunRow]:
        """The id of the decision that is meant, and the row with its lease taken."""
        taken = await self._leases.to_decide(thread_id, interrupt_id, run)
        if taken is None:  # it was cut off after it had asked: let it come back to where it waits
            await self.resume(thread_id, run=run)
            taken = await self._leases.to_decide(thread_id, interrupt_id, run)
        if taken is None:
            raise claims.held_elsewhere(thread_id)
        return taken

    async def _worked(self, row: RunRow, replies: dict[str, Any] | None, decider: Decider | None = None) -> RunSummary:
        """Let the graph run until it ends or pauses, then close the row."""
        run = ActiveRun(row.thread_id, row.run, row.graph, self._plumbing, row.fence)
        run.decider = decider or run.decider
        started, output, error, parked, asked = time.perf_counter(), None, None, False, None
        try:
            output, asked = await self._advanced(run, row, replies)
        except (GraphDrained, asyncio.CancelledError) as ended:
            await self._database.do(lambda tx: run_rows.release(tx, run.as_fence(), _ms_since(started)))
            if isinstance(ended, asyncio.CancelledError):
                raise
            return await self.summary(run.thread_id, run=run.run)
        except LeaseLost:
            return await self.summary(run.thread_id, run=run.run)
        except (CrashLoop, NeedsMigration) as fatal:
            parked = True
            await record(run, "run", row.input_data, fatal, checkpoint_id=None)
        except ReducerFailed as failed:
            parked = True
            await record_reducer(run, failed)
        except Parked:  # by a graph inside one that has no handler of its own
            parked = True
        except Exception as failure:  # noqa: BLE001 - whatever it is, it ends this run and not the others
            error = _one_line(failure)
        ending = Ending(took_ms=_ms_since(started), output=output, error=error, dead_lettered=parked, interrupts=asked)
        try:
            return await self._database.do(lambda tx: _close(tx, run, ending))
        except LeaseLost:
            return await self.summary(run.thread_id, run=run.run)

    async def _advanced(
        self, run: ActiveRun, row: RunRow, replies: dict[str, Any] | None
    ) -> tuple[str | None, list[str] | None]:
        """Run the graph from where it stands: its output as JSON text, and the interrupts at which it waits, if any."""
        self._plumbing.seals.check("runs", row._asdict(), row.seal)
        if row.recoveries > RECOVERIES:
            raise CrashLoop(f"the process died {row.recoveries} times while it worked {run.thread_id}")
        graph = self._graph(row.graph)
        run.writes_masked = isinstance(graph, TypedGraph)
        if row.fingerprint != fingerprint(graph):
            raise NeedsMigration(
                f"{row.graph} changed since {run.thread_id} began; finish it with the code it began with"
            )
        control = RunControl()
        config: Any = {"configurable": {"thread_id": run.thread_id, ACTIVE: run}, "recursion_limit": RECURSION_LIMIT}
        if run.run > 1:
            config["metadata"] = {RUN: run.run}
        given = await self._continuation(graph, config, row, replies)
        self._controls.add(control)
        if self._stopping.is_set():
            control.request_drain("stopped")
        try:
            result = await graph.ainvoke(
                given, config, context=json.loads(row.context), durability="sync", control=control
            )
        finally:
            self._controls.discard(control)
        if result and (interrupts := result.get("__interrupt__")):
            await self._database.do(lambda tx: check_asked(tx, row, len(interrupts)))
            return None, [each.id for each in interrupts]
        if framework.has_breakpoints(graph) and (await graph.aget_state(config)).next:
            return None, []  # at a breakpoint
        return (output_text(graph, result) if result else None), None

    async def _continuation(self, graph: Graph, config: Any, row: RunRow, replies: dict[str, Any] | None) -> Any:
        """What to hand to the graph: its input, a decision, or None to go on from where it stands."""
        found = await self._plumbing.checkpointer.aget_tuple(config)
        if replies is not None:
            if run_of(found) != row.run:  # somebody changed the state of another run, which is the newest now
                raise UsageError(f"{row.thread_id} stands in run {run_of(found)}; first: baton resume")
            return Command(resume=replies)
        if run_of(found) < row.run or not has_input(found):
            if run_of(found) < row.run and isinstance(graph, TypedGraph):  # a plain one keeps all its state
                await start_clean(graph, found, row.run)
            return row.input_data
        pending = [each.id for each in (await graph.aget_state(config)).interrupts]
        if not pending:
            return None
        made = await self._database.do(lambda tx: {each: reply_again(tx, each) for each in pending})
        known = {each: reply for each, reply in made.items() if reply}
        return Command(resume=known) if known else None

    def _plain(self, reply: dict[str, Any]) -> dict[str, Any]:
        """A reply as plain JSON; what a checkpoint cannot hold is refused before anything is touched."""
        try:
            plain: dict[str, Any] = from_json(to_json(reply), allow_inf_nan=False)
            self._plumbing.checkpointer.serde.dumps_typed(plain)
        except (TypeError, ValueError) as error:
            raise BadDecision(f"the reply is not plain JSON: {_one_line(error)}") from error
        return plain

    async def _complaint(self, row: RunRow, asked: str) -> str:
        """What the node that asked found wrong with the reply."""
        config: Any = {"configurable": {"thread_id": row.thread_id}}
        state = await self._graph(row.graph).aget_state(config)
        request = await self._database.do(lambda tx: request_of(tx, asked))
        told = [each.value["error"] for each in state.interrupts if request.items() < each.value.items()]
        return told[0] if told else "the decision was not taken; look at the action again"

    def _graph(self, name: str) -> Graph:
        if name not in self._graphs:
            self._graphs[name] = counting(self._load(name)).copy({"checkpointer": self._plumbing.checkpointer})
        return self._graphs[name]


def _thread_id(wanted: object) -> str:
    if wanted is None:
        return uuid4().hex[:12]
    if not (isinstance(wanted, str) and THREAD_ID.fullmatch(wanted)):
        raise UsageError(f"a thread id is 1 to 64 letters, digits, '_' and (not first) '-'; {repr(wanted)[:80]} is not")
    return wanted


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _close(tx: Transaction, run: ActiveRun, ending: Ending) -> RunSummary:
    run_rows.finish(tx, run.as_fence(), run.plumbing.seals, ending)
    return summaries.summary(tx, run_rows.get(tx, run.thread_id, run.run))


def _checked_summary(tx: Transaction, thread_id: str, run: int | None, seals: Seals) -> RunSummary:
    row = run_rows.get(tx, thread_id, run)
    summaries.check(tx, row, seals)
    return summaries.summary(tx, row)


def _one_line(error: Exception) -> str:
    told = str(error).strip().splitlines()
    return f"{type(error).__name__}: {told[0] if told else 'no message'}"
