"""Approvals: a person approves the exact action that will be executed; the first decision wins.

One action per interrupt, in the payload that LangChain's human-in-the-loop clients know, so that LangGraph Studio and
others can answer it. A bad reply is followed by the question again (`baton.steps.replies`); nothing is ever approved
by default.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langgraph.errors import GraphInterrupt
from langgraph.types import interrupt

from baton import _langgraph as framework
from baton.errors import BadDecision, BatonError, EffectMismatch, SecondQuestion
from baton.redact import redact
from baton.runtime.active import ActiveRun, active_run, checkpoint_refs, current_step
from baton.steps.replies import Action, Args, Check, Decision, mask_args, parse_reply, plain_args
from baton.steps.scopes import StepScope, scope_of
from baton.storage.records import ApprovalRequest, ApprovalRow
from baton.storage.transaction import Transaction

__all__ = ["Decision", "digest_of", "request_approval"]

SELECT = f"SELECT {', '.join(ApprovalRow._fields)} FROM approvals"
INSERT = (
    "INSERT INTO approvals (interrupt_id, thread_id, run, step, occurrence, request, digest, place, created_at, seal,"
    " asked_as) VALUES (:interrupt_id, :thread_id, :run, :step, :occurrence, :request, :digest, :place, :now, :seal,"
    " :interrupt_id) ON CONFLICT (interrupt_id) DO NOTHING"
)
EARLIER_DECISION = (  # on the same action at the same place and visit, before a replay went back behind it
    f"{SELECT} WHERE thread_id = :thread_id AND run = :run AND step = :step"
    " AND occurrence = :occurrence AND digest = :digest AND left_behind AND decision IS NOT NULL"
    " ORDER BY decided_at DESC LIMIT 1"
)
UPDATE_DECISION = (
    "UPDATE approvals SET decision = :decision, decided_by = :decided_by, channel = :channel, reply_id = :reply_id,"
    " replies = :replies, decided_at = :decided_at, seal = :seal"
    " WHERE interrupt_id = :interrupt_id AND decision IS NULL"
)
UPDATE_REPLIES = "UPDATE approvals SET replies = :replies WHERE interrupt_id = :interrupt_id"
UPDATE_INTERRUPT = "UPDATE approvals SET asked_as = :asked_as, withdrawn_at = NULL WHERE interrupt_id = :interrupt_id"


async def request_approval(
    name: str, args: dict[str, Any], *, description: str, occurrence: str = "0", check: Check
) -> Decision:
    """Ask a person about one action, wait for the answer, and return the decision.

    `check` takes edited arguments and returns them clean; its errors, but for Transient, are shown to the person, who
    is asked again. A step may ask several questions, one after the other. The arguments are shown, stored and compared
    masked; those that were not edited come back unmasked.

    Raises:
        UsageError: the arguments are no JSON.
        SecondQuestion: the step asks while another question of it is open.
        EffectMismatch, TamperedCheckpoint: the action, or its stored row, is not the one that the person was shown.
    """
    run = active_run()
    scope, plain = scope_of(run), plain_args(name, args)
    with _next_question(scope) as number:
        action = Action(name, mask_args(plain), redact(description), occurrence, plain)
        question = _Question(run, scope, number, action)
        row = await question.store()
        if row.decision:  # made before a crash: a `check` of today cannot undo it
            await question.discard_replies(row.replies)
            return action.restore(Decision.model_validate_json(row.decision))
        return action.restore(await question.ask(row, check))


@contextmanager
def _next_question(scope: StepScope) -> Iterator[int]:
    """Number the next question of a step, from 0 on, and allow no other during the block: both would get one reply."""
    number, open_mark = sum(each[0] == "question" for each in scope.names_in_use), ("asking",)
    if open_mark in scope.names_in_use:
        raise SecondQuestion(
            f"{scope.name} asks two questions at once; await one, then the other, or ask in two steps; where a model"
            " calls two tools at once: bind_tools(..., parallel_tool_calls=False), or create_agent"
        )
    scope.names_in_use |= {open_mark, ("question", str(number))}
    yield number
    scope.names_in_use.discard(open_mark)  # an interrupt skips this: a question beside a waiting one is refused


class _Question:
    """One question of one step: its row, and the interrupts at which it waits."""

    def __init__(self, run: ActiveRun, scope: StepScope, number: int, action: Action) -> None:
        self._run, self._scope, self._action = run, scope, action
        self._request = _request(action.name, action.args, action.description)
        first = framework.first_interrupt_id(scope.namespace)
        self._id = f"{first}.{number}" if number else first
        step_key = f"{run.run}:{_path(scope)}:{number}:{action.occurrence}"
        self._digests = [digest_of(run.thread_id, step_key, action.name, action.args)]
        if run.run == 1 and not number:  # the digest of older databases, with one run a thread
            self._digests.append(digest_of(run.thread_id, action.occurrence, action.name, action.args))
        if action.unmasked != action.args:  # the digest of older databases, which did not mask arguments
            self._digests.append(digest_of(run.thread_id, step_key, action.name, action.unmasked))
        self._row = ApprovalRow(
            interrupt_id=self._id,
            thread_id=run.thread_id,
            run=run.run,
            step=current_step(run).step,
            occurrence=action.occurrence,
            request=json.dumps(self._request),
            digest=self._digests[0],
            place=json.dumps(checkpoint_refs()),
        )

    async def store(self) -> ApprovalRow:
        """Store the question if it is new, and return its row.

        Raises:
            EffectMismatch: the stored question is about another action.
        """
        row = await self._run.resources.database.do(self._insert)
        if row.digest not in self._digests:
            raise EffectMismatch(self._id, row.request, json.dumps(self._request))
        return row

    async def discard_replies(self, replies: int) -> None:
        """Take the replies that the framework holds for an answered question, so that the next one gets its own.

        After a crash it holds fewer; the smaller number is stored, or a later attempt would take the next question's.
        """
        count = min(replies, framework.count_replies() - self._scope.replies)
        for _ in range(count):
            self._interrupt({**self._request})
        if count < replies:
            values = {"replies": count, "interrupt_id": self._id}
            await self._run.resources.database.do(lambda tx: tx.execute(UPDATE_REPLIES, values).rowcount)

    async def ask(self, row: ApprovalRow, check: Check) -> Decision:
        """Interrupt until a reply is a decision, store it, and return the decision that stands: the first one wins."""
        payload: dict[str, Any] = {**self._request}
        before = self._scope.replies
        while True:
            try:
                reply = self._interrupt(payload)
            except GraphInterrupt as error:
                await self._record_interrupt_id(row, framework.interrupt_id_of(error))
                raise
            try:
                decision = await parse_reply(reply, self._action, row.digest, check)
            except BadDecision as fault:
                payload = {**self._request, "error": " ".join(str(fault).split())}
                continue
            return await self._store_decision(row, decision, self._scope.replies - before)

    def _interrupt(self, payload: dict[str, Any]) -> Any:
        reply = interrupt(payload)
        self._scope.replies += 1
        return reply

    async def _record_interrupt_id(self, row: ApprovalRow, asked_as: str) -> None:
        """Store the framework's id of the interrupt at which the question waits now."""
        if row.asked_as != asked_as or row.withdrawn_at:
            values = {"asked_as": asked_as, "interrupt_id": self._id}
            await self._run.resources.database.do(lambda tx: tx.execute(UPDATE_INTERRUPT, values).rowcount)

    def _insert(self, tx: Transaction) -> ApprovalRow:
        """Insert the question's row if it is new; a replay's copies the decision that an earlier one had."""
        run, values = self._run, self._row._asdict()
        run.guard(tx)
        inserted = tx.execute(
            INSERT, {**values, "seal": run.resources.signer.sign_row("approvals", values), "now": time.time()}
        )
        if inserted.rowcount and (columns := tx.execute(EARLIER_DECISION, values).fetchone()):
            earlier = ApprovalRow(*columns)
            run.resources.signer.verify_row("approvals", earlier._asdict(), earlier.seal)
            row = self._row._replace(decision=earlier.decision, decided_at=earlier.decided_at)
            row = row._replace(decided_by=earlier.decided_by, channel=earlier.channel, reply_id=earlier.reply_id)
            _update_decision(tx, run, row)
        return _read_row(tx, run, self._id)

    async def _store_decision(self, row: ApprovalRow, decision: Decision, replies: int) -> Decision:
        """Store a decision unless one stands; return the one that stands."""
        run, decider = self._run, self._run.decider
        row = row._replace(decision=json.dumps(mask_args(decision.model_dump())), replies=replies)
        row = row._replace(decided_by=decider.by, channel=decider.channel, reply_id=decider.reply_id)

        def work(tx: Transaction) -> str:
            run.guard(tx)
            _update_decision(tx, run, row._replace(decided_at=time.time()))
            return str(_read_row(tx, run, self._id).decision)

        return Decision.model_validate_json(await run.resources.database.do(work))


def _path(scope: StepScope) -> str:
    """The step's path; its node names where a graph around it counts no visits."""
    try:
        return scope.path()
    except BatonError:
        return framework.step_path(scope.namespace)


def digest_of(thread_id: str, step_key: str, name: str, args: Args) -> str:
    """The digest of an exact action: 16 hexadecimal digits of SHA-256 over thread, step, name and arguments."""
    canonical_form = json.dumps([thread_id, step_key, name, args], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical_form.encode()).hexdigest()[:16]


def _request(name: str, args: dict[str, Any], description: str) -> ApprovalRequest:
    return {
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "edit", "reject", "respond"]}],
    }


def _update_decision(tx: Transaction, run: ActiveRun, row: ApprovalRow) -> None:
    """Store the decision of a row, signed; a row that has one keeps it."""
    values = row._asdict()
    tx.execute(UPDATE_DECISION, {**values, "seal": run.resources.signer.sign_row("approvals", values)})


def _read_row(tx: Transaction, run: ActiveRun, interrupt_id: str) -> ApprovalRow:
    """Read a question's row, with its decision if there is one, and verify its signature."""
    row = ApprovalRow(*tx.execute(f"{SELECT} WHERE interrupt_id = ?", (interrupt_id,)).fetchone())
    run.resources.signer.verify_row("approvals", row._asdict(), row.seal)
    return row
