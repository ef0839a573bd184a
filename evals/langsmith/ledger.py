"""What was sent to LangSmith already, by project and id there: functions over a transaction."""

from collections.abc import Iterable
from uuid import UUID

from baton.storage.transaction import Transaction

SENT = "SELECT item_id FROM eval_uploads WHERE project_id = ?"
ADD = "INSERT OR IGNORE INTO eval_uploads (project_id, item_id) VALUES {rows}"


def sent_items(tx: Transaction, project_id: UUID) -> set[UUID]:
    """Return the ids of the runs and of the feedback that a project there has taken."""
    return {UUID(row["item_id"]) for row in tx.execute(SENT, (str(project_id),)).fetchall()}


def add_sent(tx: Transaction, project_id: UUID, items: Iterable[UUID]) -> None:
    """Insert runs and feedback that a project there has taken."""
    tx.execute_rows(ADD, [(str(project_id), str(each)) for each in items])
