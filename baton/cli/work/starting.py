"""Starting runs: every check first, then every row, then the work."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.cli.terminal.output import note
from baton.cli.work.inputs import Fault, Given, inputs_of, one_input, one_message, one_object
from baton.cli.work.session import INTERRUPTED, Session, in_session
from baton.cli.work.working import Wanted, work_many, work_one
from baton.errors import UsageError
from baton.runs.registry import load
from baton.runs.runner import Job
from baton.runtime.business import unknown_customers

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class Order:
    """How inputs are to be worked; None stands for the setting's value."""

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


@dataclass(frozen=True, slots=True)
class Told:
    """What one run is given on the command line: a message, `--input`, `--customer`."""

    message: str | None
    input: str | None
    customer: str | None


def run_one(told: Told, thread: On, order: Order) -> int:
    """Work one input; its exit code.

    Raises:
        UsageError: the input, the customer or the thread id cannot be used.
    """
    message = None if told.message is None else one_message(told.message)
    more = {} if told.input is None else one_object(told.input)
    given = one_input(load(order.graph), message, more, told.customer)

    async def work(session: Session) -> int:
        for complaint in (await unknown_customers(session.plumbing, [given.customer])).values():
            raise UsageError(complaint)
        [queued] = await _queued(session, [given], order, thread)
        return await work_one(session, queued, json=order.json)

    return in_session(work)


def run_file(path: Path, customer: str | None, order: Order) -> int:
    """Work the inputs of a file; 2 where a record was bad.

    Raises:
        UsageError: the file cannot be read as inputs.
    """
    givens, faults = inputs_of(load(order.graph), path, customer)

    async def work(session: Session) -> int:
        unknown = await unknown_customers(session.plumbing, [customer, *(each.customer for each in givens)])
        if customer in unknown:
            raise UsageError(unknown[customer])
        good = [each for each in givens if each.customer not in unknown]
        bad = [*faults, *_strangers(givens, unknown)]
        _complain(bad, "record" if path.suffix.lower() == ".csv" else "line")
        _say_unread(order.graph, good)
        threads = await _queued(session, good, order)
        texts = dict(zip(threads, (each.text for each in good), strict=True))
        ids = {thread: each.id for thread, each in zip(threads, good, strict=True) if each.id is not None}
        wanted = Wanted(order.json, order.concurrency or session.plumbing.settings.concurrency, ids)
        code = await work_many(session, threads, messages=texts, wanted=wanted) if threads else 0
        return BAD_INPUT if bad and code != INTERRUPTED else code

    return in_session(work)


async def _queued(session: Session, givens: list[Given], order: Order, thread: On = On()) -> list[str]:
    jobs = [Job(given.input, thread.thread_id, given.line) for given in givens]
    return await session.runner.queue(
        order.graph, jobs, context=order.context, budget_tokens=order.budget_tokens, further=thread.further
    )


def _strangers(givens: list[Given], unknown: dict[str, str]) -> list[Fault]:
    """A fault for each input of a customer whom the business does not know."""
    return [Fault(each.line or 0, unknown[each.customer]) for each in givens if each.customer in unknown]


def _complain(faults: list[Fault], what: str) -> None:
    """Say what is wrong with each; a CSV's records are not its lines."""
    for fault in sorted(faults, key=lambda fault: fault.line):
        note(f"{what} {fault.line}: {fault.reason}")


def _say_unread(graph: str, givens: list[Given]) -> None:
    """Say once what the records hold and the graph does not take."""
    if unread := sorted({name for each in givens for name in each.unread}):
        note(f"not taken by {graph}: {', '.join(unread)}")
