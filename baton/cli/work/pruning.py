"""`baton runs --prune`. Light on purpose, see `baton.config.home`."""

from contextlib import suppress

from baton.cli.terminal.output import note, say_json
from baton.cli.work.reading import existing_database
from baton.config.home import home
from baton.errors import UsageError
from baton.storage.pruning import prune
from baton.storage.sqlite_file import changing

DAYS = 30
MOST_DAYS = 36_500


class Undone(Exception):
    """Raised to give a dry run up."""


def prune_runs(older_than: int | None, *, keep_latest: bool, dry_run: bool, listing: str | None, json: bool) -> int:
    """Prune, or only count, and say how much it was.

    Raises:
        UsageError: the options do not go together.
        StorageError: the database cannot be written.
    """
    days = DAYS if older_than is None else older_than
    if listing:
        raise UsageError("--prune goes by age; it takes no --status and no --graph")
    if not 0 <= days <= MOST_DAYS:
        raise UsageError(f"--older-than is a number of days from 0 to {MOST_DAYS:,}")
    counts = _pruned(days, keep_latest=keep_latest, dry_run=dry_run)
    if json:
        say_json({**counts, "dry_run": dry_run})
    else:
        told = ", ".join(f"{count} {things}" for things, count in counts.items() if things != "runs")
        note(f"{'would prune' if dry_run else 'pruned'} {counts['runs']} runs of {home()}: {told}")
    return 0


def _pruned(days: int, *, keep_latest: bool, dry_run: bool) -> dict[str, int]:
    """What went, or would have gone: a dry run does it all and gives it up."""
    file, counts = existing_database(), dict.fromkeys(("runs", "checkpoints", "writes", "spans"), 0)
    if file is None:
        return counts
    with suppress(Undone), changing(file) as tx:
        counts = prune(tx, older_than_days=days, keep_latest=keep_latest)
        if dry_run:
            raise Undone
    return counts
