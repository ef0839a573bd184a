"""Parses the replies to an approval: a decision on exactly the action that was asked about, or a fault in words."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from langgraph.errors import GraphBubbleUp

from baton.errors import BadDecision, Transient, UsageError, first_fault
from baton.plain import canonical
from baton.records import Record
from baton.redact import redact_texts
from baton.storage.records import Kind

Args = dict[str, Any]
Check = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
EDITS = ("args", "edited_action")  # of a decision: arguments that are to take the place of the action's own
INBOX_TYPES = {"accept": "approve", "edit": "edit", "response": "reject", "ignore": "reject"}  # Agent Inbox's replies


class Decision(Record):
    """A person's decision; `args` are the arguments to execute with, edited or not."""

    type: Kind
    args: dict[str, Any]
    message: str


class Action(NamedTuple):
    """The action of a question; `args` are masked, as the person sees them, `unmasked` are the step's own."""

    name: str
    args: Args
    description: str
    occurrence: str
    unmasked: Args

    def restore_args(self, args: Args) -> Args:
        """Arguments of a reply, with the step's own in place of those that equal the masked ones."""
        same = {name for name, value in args.items() if name in self.args and self.args[name] == value}
        return {name: self.unmasked[name] if name in same else value for name, value in args.items()}

    def restore(self, decision: Decision) -> Decision:
        """A stored decision with the step's own arguments."""
        return decision.model_copy(update={"args": self.restore_args(decision.args)})


def plain_args(name: str, args: Args) -> Args:
    """The arguments of an action as plain JSON; raises UsageError where they have no JSON form."""
    try:
        plain: Args = json.loads(canonical(args))
    except ValueError as error:
        raise UsageError(f"the arguments of {name} are no JSON: {error}; nobody was asked") from error
    return plain


def mask_args(args: Args) -> Args:
    """Arguments with the secrets and card numbers in their texts masked."""
    masked: Args = json.loads(redact_texts(json.dumps(args).encode()))
    return masked


async def parse_reply(reply: Any, action: Action, digest: str, check: Check) -> Decision:
    """Parse a client's reply, and return its decision.

    Raises:
        BadDecision: it is not a decision on this action.
    """
    decision, seen_digest = _read_decision(reply)
    check_digest(seen_digest, digest)
    kind, args = decision.get("type"), action.args
    if kind == "edit":
        edited = {**args, **edited_args(decision.get("edited_action"), action.name, args)}
        return Decision(type="edit", args=await _check_edit(check, action.restore_args(edited)), message="")
    if kind == "approve" and (changed := [name for name in EDITS if decision.get(name)]):
        raise BadDecision(f"an approve takes no {changed[0]}: to change the arguments, say edit")
    if kind in ("approve", "reject", "respond"):
        return Decision(type=kind, args=args, message=str(decision.get("message") or ""))
    raise BadDecision(f"{_short(kind)} is not a decision; say approve, edit, reject or respond")


def check_digest(seen: Any, digest: str) -> None:
    """Refuse a reply whose sender saw another digest; None is one who saw none.

    Raises:
        BadDecision: it is another one.
    """
    if seen not in (None, digest):
        raise BadDecision(f"the digest {_short(seen)} is not this action's ({digest}); look at the action again")


def edited_args(edited: Any, name: str, args: Args) -> Args:
    """Return the arguments that an edit of an action changes.

    Raises:
        BadDecision: it is no edit of this action, or names an argument that the action has not.
    """
    changed = edited.get("args") if isinstance(edited, dict) and edited.get("name") == name else None
    if not isinstance(changed, dict):
        raise BadDecision(f"an edit needs edited_action with name {name!r} and args")
    if unknown := [each for each in changed if each not in args]:
        raise BadDecision(f"{name} has no {_short(unknown[0])}; an edit may change {', '.join(args)}")
    return changed


async def _check_edit(check: Check, args: Args) -> Args:
    """Check edited arguments, and return them clean, as plain JSON.

    Raises:
        BadDecision: `check` found a fault or failed on the arguments: both are the reply's fault.
    """
    try:
        clean: Args = json.loads(canonical(await check(args)))
    except (BadDecision, Transient, GraphBubbleUp):
        raise
    except Exception as fault:
        raise BadDecision(f"the edit cannot stand: {first_fault(fault) or type(fault).__name__}") from fault
    return clean


def _short(value: Any) -> str:
    return repr(value)[:80]


def _read_decision(reply: Any) -> tuple[dict[str, Any], Any]:
    """Read the decision of a reply, and the digest that its sender saw, from LangChain's or Agent Inbox's form."""
    if isinstance(reply, dict) and isinstance(reply.get("decisions"), list) and len(reply["decisions"]) == 1:
        decision, seen_digest = reply["decisions"][0], reply.get("digest")
    elif isinstance(reply, list) and len(reply) == 1 and isinstance(reply[0], dict):
        decision, seen_digest = _from_inbox(reply[0]), None
    else:
        raise BadDecision('a reply looks like {"decisions": [{"type": "approve"}]}')
    if not isinstance(decision, dict):
        raise BadDecision("a decision is an object with a type")
    return decision, seen_digest


def _from_inbox(reply: dict[str, Any]) -> dict[str, Any]:
    """A reply of Agent Inbox in LangChain's form."""
    kind, args = INBOX_TYPES.get(str(reply.get("type"))), reply.get("args")
    if kind == "edit" and isinstance(args, dict):
        return {"type": "edit", "edited_action": {"name": args.get("action"), "args": args.get("args")}}
    return {"type": kind, "message": args if isinstance(args, str) else ""}
