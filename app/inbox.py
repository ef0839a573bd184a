"""Works the sample inbox through the desk."""

from collections.abc import Sequence
from typing import get_args
from uuid import uuid4

from baton.cli.terminal.output import print_prose
from baton.cli.terminal.progress import Tally
from baton.cli.views.many_view import show_decisions, show_failures, show_rows, totals
from baton.cli.work.records import jsonl_records
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import ManyOptions, work_many
from baton.config.settings import Role, settings
from baton.errors import BatonError
from baton.runs.runner import Job
from baton.storage.records import RunSummary

GRAPH = "support_desk"
STAND_IN = "The offline model is a stand-in: its figures show that the machinery works, nothing about language models."


def work_inbox() -> int:
    """Work every sample message under a fresh thread id and return the exit code.

    Raises:
        BatonError: the inbox is not there.
    """
    return in_session(_work)


async def _work(session: Session) -> int:
    name = f"demo-{uuid4().hex[:6]}"
    jobs = [Job(message, f"{name}-{number:02}") for number, message in enumerate(sample_messages(), 1)]
    await session.start_models()
    threads = await session.runner.queue(GRAPH, jobs)
    messages = {thread: str(job.input["message"]) for thread, job in zip(threads, jobs, strict=True)}
    options = ManyOptions(json=False, concurrency=session.resources.settings.runs_at_once())
    return await work_many(session, threads, messages=messages, options=options, show=_show)


def sample_messages() -> list[dict[str, str | None]]:
    """Return the inputs of the sample inbox: `message` and `customer_id`.

    Raises:
        BatonError: it cannot be read.
    """
    from desk.business import business

    inbox = business().folder / "inbox.jsonl"
    try:
        records = [*jsonl_records(inbox.read_text("utf-8"))]
    except (OSError, ValueError) as error:
        raise BatonError(f"the sample inbox {inbox} cannot be read: {error}") from error
    messages = []
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            fault = record if isinstance(record, ValueError) else "is no object"
            raise BatonError(f"the sample inbox {inbox} cannot be read: line {number} {fault}")
        messages.append({name: record.get(name) for name in ("message", "customer_id")})
    return messages


def _show(runs: Sequence[RunSummary], messages: dict[str, str], tally: Tally) -> None:
    show_rows(runs, messages)
    print_prose(totals(runs, tally))
    show_decisions(runs)
    show_failures(runs)
    if all(settings().model_of(role).startswith("local:") for role in get_args(Role)):
        print_prose(f"\n{STAND_IN}", "dim")
