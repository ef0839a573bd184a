"""Answering what a run waits for, in the words of LangChain's human-in-the-loop payload."""

import json as json_text
from dataclasses import dataclass
from typing import Any

from baton.cli.terminal.output import console
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import told
from baton.errors import BadDecision
from baton.storage.records import PendingApproval


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: `kind` is approve, edit, reject or respond; `text` is its text or JSON."""

    kind: str
    text: str
    interrupt_id: str | None
    digest: str | None
    run: int | None = None
    by: str | None = None


def decide_one(thread_id: str, answer: Answer, *, json: bool) -> int:
    """Give the answer and go on with the run; its exit code.

    Raises:
        UsageError: the answer cannot be taken; nothing was changed.
    """
    edited = _object(answer.text) if answer.kind == "edit" else None

    async def work(session: Session) -> int:
        summary = await session.runner.summary(thread_id, run=answer.run)
        waiting = summary["waiting_for"]
        reply: dict[str, Any] = {"decisions": [decision(answer, edited, _name(waiting, answer.interrupt_id))]}
        if answer.digest is not None:
            reply["digest"] = answer.digest
        with console(stderr=True).status("going on"):
            run = await session.runner.decide(
                thread_id,
                reply,
                interrupt_id=answer.interrupt_id,
                run=answer.run,
                by=answer.by,
                channel="command line",
            )
        return told(session, run, json=json)

    return in_session(work)


def decision(answer: Answer, edited: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """One decision; `edited` holds the new arguments alone, or `{"name", "args"}`."""
    if edited is not None:
        whole = edited.keys() == {"name", "args"} and isinstance(edited["args"], dict)
        return {"type": "edit", "edited_action": edited if whole else {"name": name, "args": edited}}
    return {"type": answer.kind, "message": answer.text} if answer.text else {"type": answer.kind}


def _name(waiting: list[PendingApproval], interrupt_id: str | None) -> str:
    """The name of the action that is meant; the runner complains where none or several are."""
    meant = [each for each in waiting if interrupt_id in (None, each["interrupt_id"])]
    return str(meant[0]["action_requests"][0]["name"]) if meant else ""


def _object(text: str) -> dict[str, Any]:
    try:
        value = json_text.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDecision(f"--edit is not JSON: {error}") from None
    if not isinstance(value, dict) or not value:
        raise BadDecision('--edit takes an object, such as {"amount": "10.00"}')
    return value
