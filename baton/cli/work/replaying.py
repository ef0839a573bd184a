"""Replays, settles and discards dead letters."""

import json as json_text

from baton.cli.terminal.output import console, note, say_json
from baton.cli.views.dead_letter_view import dead_letter_object
from baton.cli.work.session import Session, in_session
from baton.cli.work.working import print_run
from baton.errors import UsageError
from baton.storage import dead_letter_rows


def replay_one(letter_id: str, *, accept_change: bool, budget_tokens: int | None, json: bool) -> int:
    """Replay one dead letter, print its run and return its exit code.

    Raises:
        UsageError: it cannot be replayed; nothing was changed.
    """

    async def work(session: Session) -> int:
        with console(stderr=True).status("going on"):
            run = await session.runner.replay(letter_id, accept_change=accept_change, budget_tokens=budget_tokens)
        return print_run(session, run, json=json)

    return in_session(work)


def settle_one(letter_id: str, receipt: str | None, by: str | None, *, json: bool) -> int:
    """Settle an effect in doubt, go on with its run, print it and return its exit code.

    Without a receipt, the effect was not done.

    Raises:
        UsageError: the dead letter has no effect in doubt, or the receipt is not JSON; nothing was changed.
    """
    try:
        value = None if receipt is None else json_text.loads(receipt)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--done is not JSON: {error}") from None

    async def work(session: Session) -> int:
        with console(stderr=True).status("going on"):
            run = await session.runner.settle(letter_id, done=receipt is not None, receipt=value, by=by)
        return print_run(session, run, json=json)

    return in_session(work)


def discard_one(letter_id: str, reason: str, *, json: bool) -> int:
    """Discard one dead letter, print that and return the exit code.

    Raises:
        UsageError: it is not open, or no reason is given; nothing was changed.
    """

    async def work(session: Session) -> int:
        letter = await session.resources.database.do(lambda tx: dead_letter_rows.discard(tx, letter_id, reason))
        if json:
            say_json(dead_letter_object(letter))
        else:
            note(f"discarded {letter_id} of {letter.thread_id}")
        return 0

    return in_session(work)
