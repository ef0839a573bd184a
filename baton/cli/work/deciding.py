"""Answers what a run waits for: an approval with LangChain's human-in-the-loop payload, another question by a value."""

import json as json_text
from dataclasses import dataclass
from typing import Any

from baton.cli.terminal.output import console, note
from baton.cli.views.phrases import question_text, shorten
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import print_run
from baton.errors import BadDecision
from baton.storage.records import PendingApproval, RunSummary

CHANNEL = "command line"
WIDTH = 100  # of a question in a list


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer: `kind` is approve, edit, reject, respond or answer; `text` is its text or JSON."""

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
        with console(stderr=True).status("going on"):
            run = await _give(session, thread_id, answer, new_args)
        return print_run(session, run, json=json)

    return in_session(work)


async def _give(session: Session, thread_id: str, answer: Answer, new_args: dict[str, Any] | None) -> RunSummary:
    """Give an answer: a value, or the decision on an action; return the summary of the run that went on."""
    which, run, by = answer.interrupt_id, answer.run, answer.by
    waiting = (await session.runner.summary(thread_id, run=run))["waiting_for"]
    if len(waiting) > 1 and which not in [each["interrupt_id"] for each in waiting]:
        _name_questions(waiting)  # the runner refuses
    if answer.kind == "answer":
        value, digest = _value(answer.text), answer.digest
        return await session.runner.answer(
            thread_id, value, digest=digest, interrupt_id=which, run=run, by=by, channel=CHANNEL
        )
    reply: dict[str, Any] = {"decisions": [decision(answer, new_args, _action_name(waiting, which))]}
    reply |= {} if answer.digest is None else {"digest": answer.digest}
    return await session.runner.decide(thread_id, reply, interrupt_id=which, run=run, by=by, channel=CHANNEL)


def decision(answer: Answer, new_args: dict[str, Any] | None, name: str) -> dict[str, Any]:
    """Return the payload of a decision; `edited` holds the new arguments alone, or `{"name", "args"}`."""
    if new_args is not None:
        whole = new_args.keys() == {"name", "args"} and isinstance(new_args["args"], dict)
        return {"type": "edit", "edited_action": new_args if whole else {"name": name, "args": new_args}}
    return {"type": answer.kind, "message": answer.text} if answer.text else {"type": answer.kind}


def _name_questions(waiting: list[PendingApproval]) -> None:
    """Print a line for each open question: the id that answers it, and what is asked."""
    for each in waiting:
        note(f"{each['interrupt_id']}  {shorten(question_text(each), WIDTH)}")


def _action_name(waiting: list[PendingApproval], interrupt_id: str | None) -> str:
    """Return the name of the action that is decided; empty where none is, which the runner refuses."""
    approvals = [each for each in waiting if interrupt_id in (None, each["interrupt_id"])]
    requests = approvals[0]["action_requests"] if approvals else []
    return str(requests[0]["name"]) if requests else ""


def _value(text: str) -> Any:
    """The value of an answer: JSON, or the text itself where it is none."""
    try:
        return json_text.loads(text)
    except (ValueError, RecursionError):
        return text


def _parse_args(text: str) -> dict[str, Any]:
    try:
        value = json_text.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDecision(f"--edit is not JSON: {error}") from None
    if not isinstance(value, dict) or not value:
        raise BadDecision('--edit takes an object, such as {"amount": "10.00"}')
    return value
