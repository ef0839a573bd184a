"""Answers a pending approval, with LangChain's human-in-the-loop payload."""

import json as json_text
from dataclasses import dataclass
from typing import Any

from baton.cli.terminal.output import console, note
from baton.cli.views.phrases import shorten
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import print_run
from baton.errors import BadDecision
from baton.storage.records import PendingApproval

WIDTH = 100  # of an action in a list


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer: `kind` is approve, edit, reject or respond; `text` is its text or JSON."""

    kind: str
    text: str
    interrupt_id: str | None
    digest: str | None
    run: int | None = None
    by: str | None = None


def decide_one(thread_id: str, answer: Answer, *, json: bool) -> int:
    """Decide a pending approval, go on with its run, print it and return its exit code.

    Raises:
        UsageError: the answer cannot be taken; nothing was changed.
    """
    new_args = _parse_args(answer.text) if answer.kind == "edit" else None

    async def work(session: Session) -> int:
        waiting = (await session.runner.summary(thread_id, run=answer.run))["waiting_for"]
        if len(waiting) > 1 and answer.interrupt_id not in [each["interrupt_id"] for each in waiting]:
            _name_questions(waiting)  # the runner refuses
        reply: dict[str, Any] = {"decisions": [decision(answer, new_args, _action_name(waiting, answer.interrupt_id))]}
        reply |= {} if answer.digest is None else {"digest": answer.digest}
        with console(stderr=True).status("going on"):
            run = await session.runner.decide(
                thread_id,
                reply,
                interrupt_id=answer.interrupt_id,
                run=answer.run,
                by=answer.by,
                channel="command line",
            )
        return print_run(session, run, json=json)

    return in_session(work)


def decision(answer: Answer, new_args: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Return the payload of a decision; `edited` holds the new arguments alone, or `{"name", "args"}`."""
    if new_args is not None:
        whole = new_args.keys() == {"name", "args"} and isinstance(new_args["args"], dict)
        return {"type": "edit", "edited_action": new_args if whole else {"name": name, "args": new_args}}
    return {"type": answer.kind, "message": answer.text} if answer.text else {"type": answer.kind}


def _name_questions(waiting: list[PendingApproval]) -> None:
    """Print a line for each open question: the id that answers it, its action and the arguments."""
    for each in waiting:
        request = each["action_requests"][0]
        action = f"{request['name']} {json_text.dumps(request['args'], ensure_ascii=False)}"
        note(f"{each['interrupt_id']}  {shorten(action, WIDTH)}")


def _action_name(waiting: list[PendingApproval], interrupt_id: str | None) -> str:
    """Return the name of the action that is decided; empty where none is pending, which the runner refuses."""
    approvals = [each for each in waiting if interrupt_id in (None, each["interrupt_id"])]
    return str(approvals[0]["action_requests"][0]["name"]) if approvals else ""


def _parse_args(text: str) -> dict[str, Any]:
    try:
        value = json_text.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDecision(f"--edit is not JSON: {error}") from None
    if not isinstance(value, dict) or not value:
        raise BadDecision('--edit takes an object, such as {"amount": "10.00"}')
    return value
