"""Prunes old runs. Light on purpose, see `baton.config.home`."""

from contextlib import suppress

from baton.cli.terminal.output import note, say_json
from baton.cli.work.reading import find_database
from baton.config.home import home
from baton.errors import UsageError
from baton.storage.pruning import prune
from baton.storage.sqlite_file import write_transaction

DAYS = 30
MOST_DAYS = 36_500


class Rollback(Exception):
    """Raised to roll a dry run back."""


def prune_runs(older_than: int | None, *, keep_latest: bool, dry_run: bool, listing: str | None, json: bool) -> int:
    """Prune, or only count; print the counts and return the exit code.

    Raises:
        UsageError: the options do not go together.
        StorageError: the database cannot be written.
    """
    days = DAYS if older_than is None else older_than
    if listing:
        raise UsageError("--prune goes by age; it takes no --status and no --graph")
    if not 0 <= days <= MOST_DAYS:
        raise UsageError(f"--older-than is a number of days from 0 to {MOST_DAYS:,}")
    counts = _prune(days, keep_latest=keep_latest, dry_run=dry_run)
    if json:
        say_json({**counts, "dry_run": dry_run})
    else:
        parts = ", ".join(f"{count} {noun}" for noun, count in counts.items() if noun != "runs")
        note(f"{'would prune' if dry_run else 'pruned'} {counts['runs']} runs of {home()}: {parts}")
    return 0


def _prune(days: int, *, keep_latest: bool, dry_run: bool) -> dict[str, int]:
    """Return the numbers of rows that were deleted; a dry run deletes them and rolls back."""
    file, counts = find_database(), dict.fromkeys(("runs", "checkpoints", "writes", "spans"), 0)
    if file is None:
        return counts
    with suppress(Rollback), write_transaction(file) as tx:
        counts = prune(tx, older_than_days=days, keep_latest=keep_latest)
        if dry_run:
            raise Rollback
    return counts
