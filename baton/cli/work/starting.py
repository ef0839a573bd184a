"""Starts runs: every check first, then every row, then the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.cli.terminal.output import note
from baton.cli.work.inputs import BadRecord, GraphInput, one_input, one_message, one_object, read_inputs
from baton.cli.work.session import INTERRUPTED, Session, in_session
from baton.cli.work.working import ManyOptions, work_many, work_one
from baton.errors import UsageError
from baton.runs.registry import load
from baton.runs.runner import Job
from baton.runtime.business import unknown_customers

BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `baton run`; None stands for the setting's value."""

    graph: str
    context: dict[str, Any]
    budget_tokens: int | None
    concurrency: int | None
    json: bool


@dataclass(frozen=True, slots=True)
class ThreadChoice:
    """The thread of one run: a new one where no id is given; `further` allows one that has runs already."""

    thread_id: str | None = None
    further: bool = False


@dataclass(frozen=True, slots=True)
class InputArguments:
    """The arguments that make the input of one run: a message, `--input`, `--customer`."""

    message: str | None
    input: str | None
    customer: str | None


def run_one(arguments: InputArguments, thread: ThreadChoice, options: RunOptions) -> int:
    """Work one input, print its run and return the exit code.

    Raises:
        UsageError: the input, the customer or the thread id cannot be used.
    """
    message = None if arguments.message is None else one_message(arguments.message)
    more = {} if arguments.input is None else one_object(arguments.input)
    graph_input = one_input(load(options.graph), message, more, arguments.customer)

    async def work(session: Session) -> int:
        for complaint in (await unknown_customers(session.resources, [graph_input.customer])).values():
            raise UsageError(complaint)
        [thread_id] = await _queue(session, [graph_input], options, thread)
        return await work_one(session, thread_id, json=options.json)

    return in_session(work)


def run_file(path: Path, customer: str | None, options: RunOptions) -> int:
    """Work the inputs of a file, print their runs and return the exit code; 2 where a record was bad.

    Raises:
        UsageError: the file cannot be read as inputs.
    """
    inputs, bad = read_inputs(load(options.graph), path, customer)

    async def work(session: Session) -> int:
        unknown = await unknown_customers(session.resources, [customer, *(each.customer for each in inputs)])
        if customer in unknown:
            raise UsageError(unknown[customer])
        bad.extend(_of_unknown_customers(inputs, unknown))
        _print_bad_records(bad, "record" if path.suffix.lower() == ".csv" else "line")
        good = [each for each in inputs if each.customer not in unknown]
        _print_unread_keys(options.graph, good)
        code = await _work_inputs(session, good, options)
        return BAD_INPUT if bad and code != INTERRUPTED else code

    return in_session(work)


async def _work_inputs(session: Session, inputs: Sequence[GraphInput], options: RunOptions) -> int:
    """Queue and work the inputs, print their runs and return the exit code."""
    threads = await _queue(session, inputs, options, ThreadChoice())
    if not threads:
        return 0
    texts = {thread: each.text for thread, each in zip(threads, inputs, strict=True)}
    ids = {thread: each.id for thread, each in zip(threads, inputs, strict=True) if each.id is not None}
    many = ManyOptions(options.json, options.concurrency or session.resources.settings.runs_at_once(), ids)
    return await work_many(session, threads, messages=texts, options=many)


async def _queue(
    session: Session, inputs: Sequence[GraphInput], options: RunOptions, thread: ThreadChoice
) -> list[str]:
    """Commit a queued run for each input and return their thread ids, once the models that run here have started."""
    await session.start_models()
    jobs = [Job(each.input, thread.thread_id, each.line) for each in inputs]
    return await session.runner.queue(
        options.graph, jobs, context=options.context, budget_tokens=options.budget_tokens, further=thread.further
    )


def _of_unknown_customers(inputs: Sequence[GraphInput], unknown: dict[str, str]) -> list[BadRecord]:
    """Return a bad record for each input of a customer whom the business does not know."""
    return [BadRecord(each.line or 0, unknown[each.customer]) for each in inputs if each.customer in unknown]


def _print_bad_records(records: Sequence[BadRecord], noun: str) -> None:
    """Print each with its reason, under its number; a CSV's records are not its lines, so the noun differs."""
    for record in sorted(records, key=lambda record: record.line):
        note(f"{noun} {record.line}: {record.reason}")


def _print_unread_keys(graph: str, inputs: Sequence[GraphInput]) -> None:
    """Print once the keys of the records that the graph does not take."""
    if unread := sorted({name for each in inputs for name in each.unread}):
        note(f"not taken by {graph}: {', '.join(unread)}")
