"""Approvals: a person approves the exact action that will be executed; the first decision wins.

One action per interrupt, in the payload that LangChain's human-in-the-loop clients know, so that LangGraph Studio and
others can answer it. Replies are parsed here and asked again on a bad one; nothing is ever approved by default.
"""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from langgraph.types import Interrupt, interrupt

from baton.active import ActiveRun, active_run, execution, here, place
from baton.database import Transaction
from baton.errors import BadDecision, EffectMismatch
from baton.records import Record

Kind = Literal["approve", "edit", "reject", "respond"]
Check = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
INBOX_WORDS = {"accept": "approve", "edit": "edit", "response": "reject", "ignore": "reject"}  # Agent Inbox's replies
INSERT = (
    "INSERT INTO approvals (interrupt_id, thread_id, step, occurrence, request, digest, place, created_at, seal)"
    " VALUES (:interrupt_id, :thread_id, :step, :occurrence, :request, :digest, :place, :now, :seal)"
    " ON CONFLICT (interrupt_id) DO NOTHING"
)
MADE_BEFORE = (  # on the same action at the same place, before a replay went back behind it
    "SELECT * FROM approvals WHERE thread_id = :thread_id AND step = :step AND occurrence = :occurrence"
    " AND digest = :digest AND left_behind ORDER BY decided_at DESC LIMIT 1"
)
DECIDE = (
    "UPDATE approvals SET decision = :decision, decided_at = :now, seal = :seal"
    " WHERE interrupt_id = :interrupt_id AND decision IS NULL"
)


class Decision(Record):
    """What a person decided; `args` are the arguments to execute with, edited or not."""

    type: Kind
    args: dict[str, Any]
    message: str


async def request_approval(
    name: str, args: dict[str, Any], *, description: str, occurrence: str = "0", check: Check
) -> Decision:
    """Ask a person about one action and wait for the answer.

    `check` takes edited arguments and returns them clean, or raises BadDecision with what is wrong. A node asks once.

    Raises:
        EffectMismatch, TamperedCheckpoint: the action, or what is kept of it, is not what was put to the person.
    """
    run = active_run()
    request, digest = _request(name, args, description), digest_of(run.thread_id, occurrence, name, args)
    interrupt_id = Interrupt.from_ns(value=None, ns=execution().checkpoint_ns).id
    standing = await _put(run, interrupt_id, occurrence, request, digest)
    if standing["decision"]:  # made before a crash: what `check` says today cannot undo it
        return Decision.model_validate_json(standing["decision"])
    payload = request
    while True:
        reply = interrupt(payload)
        try:
            decision = await _parsed(reply, name, args, digest, check)
        except BadDecision as fault:
            payload = {**request, "error": " ".join(str(fault).split())}
            continue
        return await _settle(run, standing, decision)


def digest_of(thread_id: str, occurrence: str, name: str, args: dict[str, Any]) -> str:
    """The fingerprint of the exact action: its thread, its place, its name and arguments."""
    canonical = json.dumps([thread_id, occurrence, name, args], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _request(name: str, args: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "action_requests": [{"name": name, "args": args, "description": description}],
        "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "edit", "reject", "respond"]}],
    }


async def _put(run: ActiveRun, interrupt_id: str, occurrence: str, request: dict[str, Any], digest: str) -> Any:
    values = {
        "interrupt_id": interrupt_id,
        "thread_id": run.thread_id,
        "step": here(run).step,
        "occurrence": occurrence,
    }
    values |= {"request": json.dumps(request), "digest": digest, "place": json.dumps(place())}

    def work(tx: Transaction) -> Any:
        run.guard(tx)
        seal = run.plumbing.seals.mark("approvals", {**values, "decision": None})
        fresh = tx.execute(INSERT, {**values, "seal": seal, "now": time.time()}).rowcount
        if fresh and (made := tx.execute(MADE_BEFORE, values).fetchone()):
            run.plumbing.seals.check("approvals", made, made["seal"])
            _decide(tx, run, values, made["decision"], made["decided_at"])
        return _standing(tx, run, interrupt_id)

    standing = await run.plumbing.database.do(work)
    if standing["digest"] != digest:
        raise EffectMismatch(interrupt_id, standing["request"], json.dumps(request))
    return standing


def _decide(tx: Transaction, run: ActiveRun, row: Mapping[str, Any], decision: str, now: float) -> None:
    decided = {**row, "decision": decision}
    tx.execute(DECIDE, {**decided, "seal": run.plumbing.seals.mark("approvals", decided), "now": now})


def _standing(tx: Transaction, run: ActiveRun, interrupt_id: str) -> dict[str, Any]:
    """A question and the decision on it, if there is one, as they were sealed."""
    row = dict(tx.execute("SELECT * FROM approvals WHERE interrupt_id = ?", (interrupt_id,)).fetchone())
    run.plumbing.seals.check("approvals", row, row["seal"])
    return row


async def _settle(run: ActiveRun, row: Mapping[str, Any], decision: Decision) -> Decision:
    """Store a decision unless one stands; return the one that stands."""

    def work(tx: Transaction) -> str:
        run.guard(tx)
        _decide(tx, run, row, decision.model_dump_json(), time.time())
        return str(_standing(tx, run, row["interrupt_id"])["decision"])

    return Decision.model_validate_json(await run.plumbing.database.do(work))


async def _parsed(reply: Any, name: str, args: dict[str, Any], digest: str, check: Check) -> Decision:
    """One decision out of whatever a client sent.

    Raises:
        BadDecision: it is not a decision on this action.
    """
    said, seen = _first_decision(reply)
    if seen not in (None, digest):
        raise BadDecision(f"the digest {_short(seen)} is not this action's ({digest}); look at the action again")
    kind = said.get("type")
    if kind == "edit":
        edited = said.get("edited_action")
        if not isinstance(edited, dict) or edited.get("name") != name or not isinstance(edited.get("args"), dict):
            raise BadDecision(f"an edit needs edited_action with name {name!r} and args")
        return Decision(type="edit", args=await check({**args, **edited["args"]}), message="")
    if kind in ("approve", "reject", "respond"):
        return Decision(type=kind, args=args, message=str(said.get("message") or ""))
    raise BadDecision(f"{_short(kind)} is not a decision; say approve, edit, reject or respond")


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
