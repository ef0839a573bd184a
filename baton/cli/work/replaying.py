"""Going on with runs from their dead letters, or letting them be."""

import json as json_text

from baton.cli.terminal.output import console, note, say_json
from baton.cli.views.letter_view import as_object
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import told
from baton.errors import UsageError
from baton.storage import letter_rows


def replay_one(letter_id: str, *, accept_change: bool, budget_tokens: int | None, json: bool) -> int:
    """Replay one letter and print its run; its exit code.

    Raises:
        UsageError: the letter cannot be replayed; nothing was changed.
    """

    async def work(session: Session) -> int:
        with console(stderr=True).status("going on"):
            run = await session.runner.replay(letter_id, accept_change=accept_change, budget_tokens=budget_tokens)
        return told(session, run, json=json)

    return in_session(work)


def settle_one(letter_id: str, receipt: str | None, by: str | None, *, json: bool) -> int:
    """Settle an effect in doubt and go on with its run; its exit code. Without a receipt it was not done.

    Raises:
        UsageError: the letter keeps no effect in doubt, or the receipt is no JSON; nothing was changed.
    """
    try:
        found = None if receipt is None else json_text.loads(receipt)
    except ValueError as error:
        raise UsageError(f"--done is not JSON: {error}") from None

    async def work(session: Session) -> int:
        with console(stderr=True).status("going on"):
            run = await session.runner.settle(letter_id, done=receipt is not None, receipt=found, by=by)
        return told(session, run, json=json)

    return in_session(work)


def discard_one(letter_id: str, reason: str, *, json: bool) -> int:
    """Close one letter and say so; its exit code.

    Raises:
        UsageError: it is not open, or no reason is given; nothing was changed.
    """

    async def work(session: Session) -> int:
        closed = await session.plumbing.database.do(lambda tx: letter_rows.discard(tx, letter_id, reason))
        if json:
            say_json(as_object(closed))
        else:
            note(f"discarded {letter_id} of {closed.thread_id}")
        return 0

    return in_session(work)
