"""Starting runs: every check first, then every row, then the work."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.customers import unknown_customers
from app.inputs import Fault, Message, messages_of, one_message
from app.output import note
from app.session import INTERRUPTED, Session, in_session
from app.working import Given, work_many, work_one
from baton.errors import UsageError
from baton.runs.runner import Job

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Order:
    """How messages are to be worked; None stands for the setting's value."""

    graph: str
    context: dict[str, Any]
    budget_tokens: int | None
    concurrency: int | None
    json: bool


@dataclass(frozen=True, slots=True)
class On:
    """The thread of one run: a new one where no id is given; `further` says that it may have runs already."""

    thread_id: str | None = None
    further: bool = False


def run_message(text: str, customer_id: str | None, thread: On, order: Order) -> int:
    """Work one message; its exit code.

    Raises:
        UsageError: the message, the customer or the thread id cannot be used.
    """
    message = one_message(text, customer_id)

    async def work(session: Session) -> int:
        for told in (await unknown_customers(session.plumbing, [message.customer_id])).values():
            raise UsageError(told)
        [queued] = await _queued(session, [message], order, thread)
        return await work_one(session, queued, json=order.json)

    return in_session(work)


def run_file(path: Path, customer_id: str | None, order: Order) -> int:
    """Work the messages of a file; 2 where a record was bad.

    Raises:
        UsageError: the file cannot be read as messages.
    """
    messages, faults = messages_of(path, customer_id)

    async def work(session: Session) -> int:
        unknown = await unknown_customers(session.plumbing, [customer_id, *(each.customer_id for each in messages)])
        if customer_id in unknown:
            raise UsageError(unknown[customer_id])
        good = [each for each in messages if each.customer_id not in unknown]
        bad = [*faults, *_strangers(messages, unknown)]
        _complain(bad, "record" if path.suffix.lower() == ".csv" else "line")
        threads = await _queued(session, good, order)
        texts = dict(zip(threads, (each.text for each in good), strict=True))
        given = Given(order.json, order.concurrency or session.plumbing.settings.concurrency)
        code = await work_many(session, threads, messages=texts, given=given) if threads else 0
        return BAD_INPUT if bad and code != INTERRUPTED else code

    return in_session(work)


async def _queued(session: Session, messages: list[Message], order: Order, thread: On = On()) -> list[str]:
    jobs = [
        Job({"message": message.text, "customer_id": message.customer_id}, thread.thread_id, message.line)
        for message in messages
    ]
    return await session.runner.queue(
        order.graph, jobs, context=order.context, budget_tokens=order.budget_tokens, further=thread.further
    )


def _strangers(messages: list[Message], unknown: dict[str, str]) -> list[Fault]:
    """A fault for each message of a customer whom the bank does not know."""
    return [Fault(each.line or 0, unknown[each.customer_id]) for each in messages if each.customer_id in unknown]


def _complain(faults: list[Fault], what: str) -> None:
    """Say what is wrong with each; a CSV's records are not its lines."""
    for fault in sorted(faults, key=lambda fault: fault.line):
        note(f"{what} {fault.line}: {fault.reason}")
