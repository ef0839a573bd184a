"""Going on with runs from their dead letters, or letting them be."""

from app.letter_view import as_object
from app.output import console, note, say_json
from app.session import Session, in_session
from app.working import told
from baton import letter_rows


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
            note(f"discarded {letter_id} of {closed['thread_id']}")
        return 0

    return in_session(work)
