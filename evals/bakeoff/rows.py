"""The rows of bake-offs: functions over a transaction. A bake-off is an id and its experiments in their order."""

from collections.abc import Sequence

from baton.errors import UsageError
from baton.storage.transaction import Transaction

ADD = "INSERT INTO eval_bakeoffs (bakeoff_id, position, experiment_id) VALUES {rows}"
LAST = "SELECT bakeoff_id FROM eval_bakeoffs ORDER BY rowid DESC LIMIT 1"
READ = "SELECT experiment_id FROM eval_bakeoffs WHERE bakeoff_id = ? ORDER BY position"


def write_bakeoff(tx: Transaction, bakeoff_id: str, experiments: Sequence[str]) -> None:
    """Insert a bake-off with its experiments."""
    tx.execute_rows(ADD, [(bakeoff_id, position, each) for position, each in enumerate(experiments, 1)])


def read_bakeoff(tx: Transaction, bakeoff_id: str) -> list[str]:
    """Return the ids of a bake-off's experiments in their order.

    Raises:
        UsageError: no bake-off has that id.
    """
    experiments = [str(row["experiment_id"]) for row in tx.execute(READ, (bakeoff_id,)).fetchall()]
    if not experiments:
        last = tx.execute(LAST).fetchone()
        known = "there is none yet" if last is None else f"the last one is {last['bakeoff_id']}"
        raise UsageError(f"no bake-off has the id {bakeoff_id!r}; {known}")
    return experiments
