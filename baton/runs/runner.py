"""Queueing, resuming and deciding: the one way to work runs, for every front end.

A run is a row before it is anything else. Its lease is claimed, then the executor works it. A process that dies in
between leaves a lease that runs out and checkpoints to go on from.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from pydantic_core import from_json, to_json

from baton.config.home import THREAD_ID
from baton.errors import AlreadyDecided, BadDecision, Held, UsageError
from baton.plain import nanousd, plain_json
from baton.runs.execution import Executor, Replies, one_line, summarise
from baton.runs.graph_questions import Given, is_graph_question, store_answer
from baton.runs.graph_shapes import Graph, encode_input, fingerprint, resolve_context
from baton.runs.leases import Leases, get_queued
from baton.runs.pending_approvals import add_digest, find_decided, get_request, resume_key
from baton.runs.replays import ReplayOptions
from baton.runtime.active import Decider, person
from baton.runtime.resources import Resources
from baton.steps.effects import Settlement, settle
from baton.storage import claims, dead_letter_rows, run_rows
from baton.storage.records import NewRun, RunRow, RunSummary
from baton.storage.transaction import Transaction

GRACE_S = 5.0  # how long a stop waits for the steps in progress


@dataclass(frozen=True, slots=True)
class Job:
    """One run to queue; `line` is its record's number in the file it came from."""

    input: dict[str, Any]
    thread_id: str | None = None
    line: int | None = None


class Runner:
    """Works runs of the graphs that `load` finds by name."""

    def __init__(self, resources: Resources, load: Callable[[str], Graph]) -> None:
        self._resources, self._database = resources, resources.database
        self._executor, self._leases = Executor(resources, load), Leases(resources)
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
        built, settings = self._executor.graph(graph), self._resources.settings
        resolved = json.dumps(resolve_context(built, context or {}))
        runs = [
            NewRun(
                thread_id=_thread_id(job.thread_id),
                graph=graph,
                input=encode_input(built, job.input),
                context=resolved,
                fingerprint=fingerprint(built),
                line=job.line,
                budget_tokens=budget_tokens or settings.budget_tokens,
                budget_nanousd=nanousd(settings.budget_usd),
            )
            for job in jobs
        ]
        await self._database.do(lambda tx: run_rows.queue(tx, runs, self._resources.signer, further=further))
        return [each.thread_id for each in runs]

    async def work(
        self,
        threads: Iterable[str],
        *,
        done: Callable[[RunSummary], None],
        concurrency: int,
        budget_tokens: int | None = None,
    ) -> None:
        """Work the last runs of threads side by side until all are closed, held elsewhere, or a stop is asked for.

        `budget_tokens` is the new budget of each.

        One that was being worked when a process died, and not for the first time, is worked alone: if it was what
        killed the process, it takes no other along, and only it comes nearer to its last recovery.
        """
        named = list(threads)
        alone = await self._database.do(lambda tx: run_rows.suspects(tx, named), durable=False)
        resume = partial(self.resume, budget_tokens=budget_tokens)
        await self._work_side_by_side([each for each in named if each in alone], resume, done, 1)
        await self._work_side_by_side([each for each in named if each not in alone], resume, done, concurrency)

    async def _work_side_by_side(
        self,
        threads: Sequence[str],
        resume: Callable[[str], Awaitable[RunSummary]],
        done: Callable[[RunSummary], None],
        concurrency: int,
    ) -> None:
        waiting = deque(threads)

        async def worker() -> None:
            while waiting and not self._stopping.is_set():
                thread_id = waiting.popleft()
                try:
                    done(await resume(thread_id))
                except Held:
                    done(await self.summary(thread_id))  # another process works it: report its current state

        async with self._leases.heartbeat():
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

    async def resume(self, thread_id: str, *, run: int | None = None, budget_tokens: int | None = None) -> RunSummary:
        """Go on with a run as far as it goes, after waiting out a lease that is not renewed; return its summary.

        Without a number it is the thread's last; a run at a breakpoint goes on from there. `budget_tokens` is the run's
        new budget.

        Raises:
            UnknownThread: there is no such run.
            Held: another process works it.
            UsageError: it belongs to the server or a bare call, or it is given a budget and cannot be gone on with.
        """
        row = await self._leases.claim_for_resume(thread_id, run, budget_tokens)
        if row is not None:
            return await self._run_claimed(row)
        summary = await self.summary(thread_id, run=run)
        if budget_tokens is not None:
            status = summary["status"].replace("_", " ")
            raise UsageError(f"{thread_id} is {status}; there is nothing to go on with, and its budget stays")
        return summary

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

        `by` and `channel` say in its row who decided and how; `by` defaults to the user of this process.

        Raises:
            NothingWaiting, AlreadyDecided, BadDecision: the answer cannot be taken, or did not come first.
            Held: another process works the run.
            UsageError: several decisions wait and none is named, or the run belongs to the server or a bare call.
        """
        plain = self._plain(reply)
        given = Given(plain, plain.get("digest") if isinstance(plain, dict) else None, is_decision=True)
        return await self._reply(thread_id, given, interrupt_id, run, Decider(by or person(), channel, uuid4().hex))

    async def answer(
        self,
        thread_id: str,
        value: Any,
        *,
        digest: str | None = None,
        interrupt_id: str | None = None,
        run: int | None = None,
        by: str | None = None,
        channel: str = "library",
    ) -> RunSummary:
        """Answer a waiting question of a run with any value, as `decide` does with decisions.

        It is what LangGraph's `interrupt()` returns, masked; `digest` is the question's, as it was seen.

        Raises:
            NothingWaiting, AlreadyDecided, BadDecision, Held, UsageError: as `decide`.
        """
        given = Given(self._plain(value), digest, is_decision=False)
        return await self._reply(thread_id, given, interrupt_id, run, Decider(by or person(), channel, uuid4().hex))

    async def _reply(
        self, thread_id: str, given: Given, interrupt_id: str | None, run: int | None, decider: Decider
    ) -> RunSummary:
        """Answer one waiting question and go on; refuse where the answer was not taken."""

        def take(tx: Transaction, asked: str) -> None:
            if is_graph_question(asked):
                store_answer(tx, self._resources.signer, asked, given, decider)

        asked, row = await self._claim_for_decision(thread_id, interrupt_id, run, take)
        replies = None if is_graph_question(asked) else await self._replies(asked, given)
        summary = await self._run_claimed(row, replies, decider)
        standing = await self._database.do(lambda tx: find_decided(tx, asked))
        if standing is None:
            await self._refuse_undecided(row, asked, summary)
        elif standing.reply_id != decider.reply_id:
            raise AlreadyDecided(asked, standing.decision_data)
        return summary

    async def _replies(self, asked: str, given: Given) -> Replies:
        """The reply to a question of a step of ours, by the framework's id, with the digest that its sender saw."""
        seen = {"digest": given.digest} if given.digest else {}
        reply = {**given.reply, **seen} if isinstance(given.reply, dict) else given.reply
        bound = await self._database.do(lambda tx: add_digest(tx, reply, asked), durable=False)
        return {resume_key(asked): bound}

    async def _claim_for_decision(
        self, thread_id: str, interrupt_id: str | None, run: int | None, take: Callable[[Transaction, str], None]
    ) -> tuple[str, RunRow]:
        """Claim the run of the decision that is meant; return the decision's id and the row after the claim."""
        claimed = await self._leases.claim_for_decision(thread_id, interrupt_id, run, take)
        if claimed is None:  # it was cut off after it had asked: let it come back to where it waits
            await self.resume(thread_id, run=run)
            claimed = await self._leases.claim_for_decision(thread_id, interrupt_id, run, take)
        if claimed is None:
            raise claims.lease_error(thread_id)
        return claimed

    async def _refuse_undecided(self, row: RunRow, asked: str, summary: RunSummary) -> None:
        """Refuse a reply that became no decision, unless the run ended without it.

        Raises:
            BadDecision: the node that asked refused it, or its schema did.
            Held: another process works the run now.
        """
        for each in summary["waiting_for"]:
            if each["interrupt_id"] == asked:
                raise BadDecision(each.get("error") or await self._fault_of_reply(row, asked))
        if summary["status"] == "running":
            raise Held(f"{row.thread_id} was taken over by another process; look at it again when that one is done")

    async def replay(
        self, letter_id: str, *, accept_change: bool = False, budget_tokens: int | None = None
    ) -> RunSummary:
        """Go on from the checkpoint of a dead letter, after a fix; finished steps are not run again.

        `accept_change` goes on although the graph changed; `budget_tokens` is the run's new budget.

        Raises:
            UsageError: the letter or its run is not in a state for it, or the graph changed; nothing was changed.
            Held: another process works the run.
        """
        letter = await self._database.do(lambda tx: dead_letter_rows.get(tx, letter_id))
        row = await self._database.do(lambda tx: get_queued(tx, letter.thread_id, letter.run))
        options = ReplayOptions(fingerprint(self._executor.graph(row.graph)), accept_change, budget_tokens)
        return await self._run_claimed(await self._leases.claim_for_replay(letter_id, options))

    async def settle(self, letter_id: str, *, done: bool, receipt: Any = None, by: str | None = None) -> RunSummary:
        """Record the outcome of an effect in doubt and go on: it was `done`, with this receipt, or not, and is fired.

        Raises:
            UsageError: the letter keeps no effect in doubt, or is not open; nothing was changed.
            Held: another process works the run.
        """
        letter = await self._database.do(lambda tx: dead_letter_rows.get(tx, letter_id))
        key = letter.evidence.get("effect")
        if key is None:
            raise UsageError(f"{letter_id} keeps no effect in doubt; nothing was changed")
        row = await self._database.do(lambda tx: get_queued(tx, letter.thread_id, letter.run))
        signer, options = self._resources.signer, ReplayOptions(fingerprint(self._executor.graph(row.graph)))
        settled = Settlement(key, plain_json(receipt), done=done, by=by or person())
        claimed = await self._leases.claim_for_replay(letter_id, options, lambda tx: settle(tx, signer, settled))
        return await self._run_claimed(claimed)

    async def summary(self, thread_id: str, *, run: int | None = None) -> RunSummary:
        """Return one run as programs see it, the thread's last by default.

        Raises:
            UnknownThread: there is no such run.
            TamperedCheckpoint: its output, or an approval that it waits for, was changed.
        """
        return await self._database.do(lambda tx: summarise(tx, thread_id, run, self._resources.signer))

    def stop(self) -> None:
        """Let the steps in progress finish and start no others; unfinished runs go back into the queue."""
        self._stopping.set()
        self._executor.stop()

    async def _cut_off(self, workers: Sequence["asyncio.Task[None]"]) -> None:
        """Cancel the workers that have not ended within GRACE_S after a stop."""
        await self._stopping.wait()
        await asyncio.sleep(GRACE_S)
        for task in workers:
            task.cancel()

    async def _run_claimed(
        self, row: RunRow, replies: Replies | None = None, decider: Decider | None = None
    ) -> RunSummary:
        async with self._leases.heartbeat():
            return await self._executor.run(row, replies, decider)

    def _plain(self, reply: Any) -> Any:
        """Return a reply as plain JSON; one that a checkpoint cannot hold is refused before anything is changed."""
        try:
            plain = from_json(to_json(reply), allow_inf_nan=False)
            self._resources.checkpointer.serde.dumps_typed(plain)
        except (TypeError, ValueError) as error:
            raise BadDecision(f"the reply is not plain JSON: {one_line(error)}") from error
        return plain

    async def _fault_of_reply(self, row: RunRow, asked: str) -> str:
        """Return the reason for which the node that asked refused the reply."""
        state = await self._executor.state(row)
        request = await self._database.do(lambda tx: get_request(tx, asked))
        faults = [each.value["error"] for each in state.interrupts if request.items() < each.value.items()]
        return faults[0] if faults else "the decision was not taken; look at the action again"


def _thread_id(wanted: object) -> str:
    if wanted is None:
        return uuid4().hex[:12]
    if not (isinstance(wanted, str) and THREAD_ID.fullmatch(wanted)):
        raise UsageError(f"a thread id is 1 to 64 letters, digits, '_' and (not first) '-'; {repr(wanted)[:80]} is not")
    return wanted
