"""Approvals: a person approves the exact action that will be executed; the first decision wins.

One action per interrupt, in the payload that LangChain's human-in-the-loop clients know, so that LangGraph Studio and
others can answer it. Replies are parsed here and asked again on a bad one; nothing is ever approved by default.
"""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from langgraph.errors import GraphBubbleUp, GraphInterrupt
from langgraph.types import interrupt

from baton import _langgraph as framework
from baton.errors import BadDecision, BatonError, EffectMismatch, SecondEffect, Transient, UsageError, first_fault
from baton.plain import canonical
from baton.records import Record
from baton.redact import redact, redact_texts
from baton.runtime.active import ActiveRun, active_run, here, place
from baton.steps.scopes import StepScope, scope_of
from baton.storage.records import ApprovalRequest, ApprovalRow, Kind
from baton.storage.transaction import Transaction

Args = dict[str, Any]
Check = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
INBOX_WORDS = {"accept": "approve", "edit": "edit", "response": "reject", "ignore": "reject"}  # Agent Inbox's replies
SELECT = f"SELECT {', '.join(ApprovalRow._fields)} FROM approvals"
INSERT = (
    "INSERT INTO approvals (interrupt_id, thread_id, run, step, occurrence, request, digest, place, created_at, seal,"
    " asked_as) VALUES (:interrupt_id, :thread_id, :run, :step, :occurrence, :request, :digest, :place, :now, :seal,"
    " :interrupt_id) ON CONFLICT (interrupt_id) DO NOTHING"
)
MADE_BEFORE = (  # on the same action at the same place and visit, before a replay went back behind it
    f"{SELECT} WHERE thread_id = :thread_id AND run = :run AND step = :step"
    " AND occurrence = :occurrence AND digest = :digest AND left_behind AND decision IS NOT NULL"
    " ORDER BY decided_at DESC LIMIT 1"
)
DECIDE = (
    "UPDATE approvals SET decision = :decision, decided_by = :decided_by, channel = :channel, reply_id = :reply_id,"
    " replies = :replies, decided_at = :decided_at, seal = :seal"
    " WHERE interrupt_id = :interrupt_id AND decision IS NULL"
)
REPLIES_KEPT = "UPDATE approvals SET replies = :replies WHERE interrupt_id = :interrupt_id"
ASKED_AGAIN = "UPDATE approvals SET asked_as = :asked_as, withdrawn_at = NULL WHERE interrupt_id = :interrupt_id"


class Decision(Record):
    """What a person decided; `args` are the arguments to execute with, edited or not."""

    type: Kind
    args: dict[str, Any]
    message: str


async def request_approval(
    name: str, args: dict[str, Any], *, description: str, occurrence: str = "0", check: Check
) -> Decision:
    """Ask a person about one action and wait for the answer.

    `check` takes edited arguments and returns them clean; whatever it raises, but for what is worth trying again, is
    told to the person, who is asked again. A step may ask several questions, one after the other. The person sees the
    arguments masked, and so are they kept and compared; what was not edited comes back as it was given.

    Raises:
        UsageError: the arguments are no JSON.
        SecondEffect: the step asks while another question of it is open.
        EffectMismatch, TamperedCheckpoint: the action, or what is kept of it, is not what was put to the person.
    """
    run = active_run()
    scope, plain = scope_of(run), _plain_args(name, args)
    with _alone(scope) as number:
        asked = _Asked(name, _masked(plain), redact(description), occurrence, plain)
        question = _Question(run, scope, number, asked)
        standing = await question.put()
        if standing.decision:  # made before a crash: what `check` says today cannot undo it
            await question.pass_over(standing.replies)
            return asked.as_given(Decision.model_validate_json(standing.decision))
        return asked.as_given(await question.ask(standing, check))


@contextmanager
def _alone(scope: StepScope) -> Iterator[int]:
    """The number of a question in its step, from 0 on; two at once would share one reply."""
    asked, open_now = [each for each in scope.taken if each[0] == "question"], ("asking",)
    if open_now in scope.taken:
        raise SecondEffect(f"{scope.name} asks two questions at once; await one, then the other, or ask in two steps")
    scope.taken |= {open_now, ("question", str(len(asked)))}
    yield len(asked)
    scope.taken.discard(open_now)  # not where it waits: whoever asks beside it is refused


class _Asked(NamedTuple):
    """What a step asks about; `args` are masked, as the person sees them, `given` are the step's own."""

    name: str
    args: Args
    description: str
    occurrence: str
    given: Args

    def own(self, args: Args) -> Args:
        """Arguments that came back, with the step's own where they are what was put to the person."""
        same = {name for name, value in args.items() if name in self.args and self.args[name] == value}
        return {name: self.given[name] if name in same else value for name, value in args.items()}

    def as_given(self, decision: Decision) -> Decision:
        """A decision as it was kept, with the step's own arguments in it."""
        return decision.model_copy(update={"args": self.own(decision.args)})


class _Question:
    """One question of one step: its row, and the interrupts at which it waits."""

    def __init__(self, run: ActiveRun, scope: StepScope, number: int, asked: "_Asked") -> None:
        self._run, self._scope, self._asked = run, scope, asked
        self._request = _request(asked.name, asked.args, asked.description)
        first = framework.first_interrupt_id(scope.namespace)
        self._id = f"{first}.{number}" if number else first
        where = f"{run.run}:{_path(scope)}:{number}:{asked.occurrence}"
        self._digests = [digest_of(run.thread_id, where, asked.name, asked.args)]
        if run.run == 1 and not number:  # as a database of one run a thread made it
            self._digests.append(digest_of(run.thread_id, asked.occurrence, asked.name, asked.args))
        if asked.given != asked.args:  # as it was put before arguments were masked
            self._digests.append(digest_of(run.thread_id, where, asked.name, asked.given))
        self._row = ApprovalRow(
            interrupt_id=self._id,
            thread_id=run.thread_id,
            run=run.run,
            step=here(run).step,
            occurrence=asked.occurrence,
            request=json.dumps(self._request),
            digest=self._digests[0],
            place=json.dumps(place()),
        )

    async def put(self) -> ApprovalRow:
        """The question's row, as it stands when it was put to the person."""
        standing = await self._run.plumbing.database.do(self._put)
        if standing.digest not in self._digests:
            raise EffectMismatch(self._id, standing.request, json.dumps(self._request))
        return standing

    async def pass_over(self, replies: int) -> None:
        """Let go of the replies that the framework keeps for a question that was answered.

        After a crash it keeps fewer; from then on no more are let go of, or the next question would lose its own.
        """
        kept = min(replies, framework.replies_kept() - self._scope.replies)
        for _ in range(kept):
            self._interrupt({**self._request})
        if kept < replies:
            values = {"replies": kept, "interrupt_id": self._id}
            await self._run.plumbing.database.do(lambda tx: tx.execute(REPLIES_KEPT, values).rowcount)

    async def ask(self, standing: ApprovalRow, check: Check) -> Decision:
        """Wait for a reply that can be taken; the decision that stands."""
        payload: dict[str, Any] = {**self._request}
        before = self._scope.replies
        while True:
            try:
                reply = self._interrupt(payload)
            except GraphInterrupt as raised:
                await self._asked_as(standing, framework.interrupt_id_of(raised))
                raise
            try:
                decision = await _parsed(reply, self._asked, standing.digest, check)
            except BadDecision as fault:
                payload = {**self._request, "error": " ".join(str(fault).split())}
                continue
            return await self._settle(standing, decision, self._scope.replies - before)

    def _interrupt(self, payload: dict[str, Any]) -> Any:
        reply = interrupt(payload)
        self._scope.replies += 1
        return reply

    async def _asked_as(self, standing: ApprovalRow, asked_as: str) -> None:
        if standing.asked_as != asked_as or standing.withdrawn_at:
            values = {"asked_as": asked_as, "interrupt_id": self._id}
            await self._run.plumbing.database.do(lambda tx: tx.execute(ASKED_AGAIN, values).rowcount)

    def _put(self, tx: Transaction) -> ApprovalRow:
        run, values = self._run, self._row._asdict()
        run.guard(tx)
        seal = run.plumbing.seals.mark("approvals", values)
        fresh = tx.execute(INSERT, {**values, "seal": seal, "now": time.time()})
        if fresh.rowcount and (found := tx.execute(MADE_BEFORE, values).fetchone()):
            made = ApprovalRow(*found)
            run.plumbing.seals.check("approvals", made._asdict(), made.seal)
            decided = self._row._replace(decision=made.decision, decided_at=made.decided_at)
            decided = decided._replace(decided_by=made.decided_by, channel=made.channel, reply_id=made.reply_id)
            _decide(tx, run, decided)
        return _standing(tx, run, self._id)

    async def _settle(self, row: ApprovalRow, decision: Decision, replies: int) -> Decision:
        """Store a decision unless one stands; return the one that stands."""
        run, decider = self._run, self._run.decider
        decided = row._replace(decision=json.dumps(_masked(decision.model_dump())), replies=replies)
        decided = decided._replace(decided_by=decider.by, channel=decider.channel, reply_id=decider.reply_id)

        def work(tx: Transaction) -> str:
            run.guard(tx)
            _decide(tx, run, decided._replace(decided_at=time.time()))
            return str(_standing(tx, run, self._id).decision)

        return Decision.model_validate_json(await run.plumbing.database.do(work))


def _plain_args(name: str, args: Args) -> Args:
    try:
        plain: Args = json.loads(canonical(args))
    except ValueError as error:
        raise UsageError(f"the arguments of {name} are no JSON: {error}; nobody was asked") from error
    return plain


def _masked(args: Args) -> Args:
    masked: Args = json.loads(redact_texts(json.dumps(args).encode()))
    return masked


def _path(scope: StepScope) -> str:
    """The step with its visit; without it where a graph around it counts none."""
    try:
        return scope.path()
    except BatonError:
        return framework.step_path(scope.namespace)


def digest_of(thread_id: str, where: str, name: str, args: Args) -> str:
    """The fingerprint of the exact action: its thread, its place in it, its name and arguments."""
    canonical_form = json.dumps([thread_id, where, name, args], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical_form.encode()).hexdigest()[:16]


def _request(name: str, args: dict[str, Any], description: str) -> ApprovalRequest:
    return {
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "edit", "reject", "respond"]}],
    }


def _decide(tx: Transaction, run: ActiveRun, decided: ApprovalRow) -> None:
    values = decided._asdict()
    tx.execute(DECIDE, {**values, "seal": run.plumbing.seals.mark("approvals", values)})


def _standing(tx: Transaction, run: ActiveRun, interrupt_id: str) -> ApprovalRow:
    """A question and the decision on it, if there is one, as they were sealed."""
    row = ApprovalRow(*tx.execute(f"{SELECT} WHERE interrupt_id = ?", (interrupt_id,)).fetchone())
    run.plumbing.seals.check("approvals", row._asdict(), row.seal)
    return row


async def _parsed(reply: Any, asked: "_Asked", digest: str, check: Check) -> Decision:
    """One decision out of whatever a client sent.

    Raises:
        BadDecision: it is not a decision on this action.
    """
    said, seen = _first_decision(reply)
    if seen not in (None, digest):
        raise BadDecision(f"the digest {_short(seen)} is not this action's ({digest}); look at the action again")
    kind, name, args = said.get("type"), asked.name, asked.args
    if kind == "edit":
        edited = said.get("edited_action")
        if not isinstance(edited, dict) or edited.get("name") != name or not isinstance(edited.get("args"), dict):
            raise BadDecision(f"an edit needs edited_action with name {name!r} and args")
        return Decision(type="edit", args=await _checked(check, asked.own({**args, **edited["args"]})), message="")
    if kind in ("approve", "reject", "respond"):
        return Decision(type=kind, args=args, message=str(said.get("message") or ""))
    raise BadDecision(f"{_short(kind)} is not a decision; say approve, edit, reject or respond")


async def _checked(check: Check, args: Args) -> Args:
    """Edited arguments as `check` leaves them, as plain JSON.

    Raises:
        BadDecision: whatever `check` finds wrong, or trips over: it is about the reply.
    """
    try:
        clean: Args = json.loads(canonical(await check(args)))
    except (BadDecision, Transient, GraphBubbleUp):
        raise
    except Exception as fault:
        raise BadDecision(f"the edit cannot stand: {first_fault(fault) or type(fault).__name__}") from fault
    return clean


def _short(said: Any) -> str:
    return repr(said)[:80]


def _first_decision(reply: Any) -> tuple[dict[str, Any], Any]:
    """The decision and the digest its sender saw, from LangChain's or Agent Inbox's form."""
    if isinstance(reply, dict) and isinstance(reply.get("decisions"), list) and len(reply["decisions"]) == 1:
        said, seen = reply["decisions"][0], reply.get("digest")
    elif isinstance(reply, list) and len(reply) == 1 and isinstance(reply[0], dict):
        said, seen = _from_inbox(reply[0]), None
    else:
        raise BadDecision('a reply looks like {"decisions": [{"type": "approve"}]}')
    if not isinstance(said, dict):
        raise BadDecision("a decision is an object with a type")
    return said, seen


def _from_inbox(reply: dict[str, Any]) -> dict[str, Any]:
    said, args = INBOX_WORDS.get(str(reply.get("type"))), reply.get("args")
    if said == "edit" and isinstance(args, dict):
        return {"type": "edit", "edited_action": {"name": args.get("action"), "args": args.get("args")}}
    return {"type": said, "message": args if isinstance(args, str) else ""}
