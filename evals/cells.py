"""The rows of experiments: plain functions over a transaction. A cell is one example under one configuration."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from baton.errors import UsageError
from baton.storage.transaction import Transaction
from evals.dataset import Example

BEGIN = (
    "INSERT INTO eval_experiments VALUES (:experiment_id, :graph, :dataset, :split, :context, :config, :config_hash,"
    " :now)"
)
ADD = (
    "INSERT INTO eval_cells (experiment_id, config_hash, example_id, example_hash, example, position, thread_id,"
    " updated_at) VALUES {rows}"
)
# A failed run may be gone on with, so that its cell is judged again; any other judgement stands.
JUDGE = (
    "UPDATE eval_cells SET status = :status, result = :result, updated_at = :now"
    " WHERE thread_id = :thread_id AND (status IS NULL OR status = 'failed')"
)
OPEN = (
    "SELECT thread_id, example FROM eval_cells WHERE experiment_id = ? AND (status IS NULL OR status = 'failed')"
    " ORDER BY position"
)
JUDGED = "SELECT status, result FROM eval_cells WHERE experiment_id = ? AND status IS NOT NULL ORDER BY position"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment; `context` is what was set for its runs, `config_hash` stands for all that its answers depend on.

    `examples` counts its cells, `unjudged` those that have no result yet.
    """

    experiment_id: str
    graph: str
    dataset: str
    context: dict[str, Any]
    config_hash: str
    examples: int
    unjudged: int


def create_tables(tx: Transaction) -> None:
    """Make the tables that are not there yet."""
    for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
        tx.execute(statement)


def begin(tx: Transaction, experiment: dict[str, Any], examples: Sequence[Example]) -> None:
    """Insert an experiment with a cell for each example; the cell of position N has the thread `EXPERIMENT-N`."""
    now, named = time.time(), experiment["experiment_id"]
    tx.execute(BEGIN, {**experiment, "now": now})
    rows = [
        (
            *(named, experiment["config_hash"], each.id, each.content_hash, each.model_dump_json(exclude_none=True)),
            *(position, thread_id(named, position), now),
        )
        for position, each in enumerate(examples, 1)
    ]
    tx.execute_rows(ADD, rows)


def thread_id(experiment_id: str, position: int) -> str:
    """The thread of a cell's run."""
    return f"{experiment_id}-{position}"


def experiment(tx: Transaction, experiment_id: str) -> Experiment:
    """One experiment with its counts.

    Raises:
        UsageError: there is none of that id.
    """
    row = tx.execute("SELECT * FROM eval_experiments WHERE experiment_id = ?", (experiment_id,)).fetchone()
    if row is None:
        raise UsageError(f"no experiment has the id {experiment_id!r}")
    counted = "SELECT count(*), count(status) FROM eval_cells WHERE experiment_id = ?"
    examples, judged = tx.execute(counted, (experiment_id,)).fetchone()
    context = json.loads(row["context"])
    return Experiment(
        experiment_id, row["graph"], row["dataset"], context, row["config_hash"], examples, examples - judged
    )


def unfinished(tx: Transaction, experiment_id: str) -> dict[str, Example]:
    """Threads and examples of the cells that have no answer yet: not judged, or their run failed."""
    rows = tx.execute(OPEN, (experiment_id,)).fetchall()
    return {row["thread_id"]: Example.model_validate_json(row["example"]) for row in rows}


def judge(tx: Transaction, thread: str, status: str, result: dict[str, Any]) -> None:
    """Keep what came of a cell."""
    tx.execute(JUDGE, {"thread_id": thread, "status": status, "result": json.dumps(result), "now": time.time()})


def judged(tx: Transaction, experiment_id: str) -> list[dict[str, Any]]:
    """The results of an experiment in the order of its examples, each with its run's `status`."""
    rows = tx.execute(JUDGED, (experiment_id,)).fetchall()
    return [{"status": row["status"], **json.loads(row["result"])} for row in rows]
