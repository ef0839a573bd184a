"""The rows of experiments: functions over a transaction. A cell is one example under one configuration."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from baton.errors import UsageError
from baton.storage.transaction import Transaction
from evals.dataset import Example
from evals.records import CellResult, JudgedCell, NewExperiment

BEGIN = (
    "INSERT INTO eval_experiments VALUES (:experiment_id, :graph, :dataset, :split, :context, :config, :config_hash,"
    " :now)"
)
ADD = (
    "INSERT INTO eval_cells (experiment_id, config_hash, example_id, example_hash, example, position, thread_id,"
    " updated_at) VALUES {rows}"
)
# A failed run can be resumed, so its cell may be judged again; any other result stands.
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
    """An experiment with its counts; `context` holds the values set for its runs.

    `config_hash` is the hash of everything that its answers depend on, `examples` counts its cells, `unjudged` those
    without a result.
    """

    experiment_id: str
    graph: str
    dataset: str
    context: dict[str, Any]
    config_hash: str
    examples: int
    unjudged: int


def create_tables(tx: Transaction) -> None:
    """Create the tables of experiments where they are missing."""
    for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
        tx.execute(statement)


def begin(tx: Transaction, experiment: NewExperiment, examples: Sequence[Example]) -> None:
    """Insert an experiment with a cell for each example; the cell of position N has the thread `EXPERIMENT-N`."""
    now, experiment_id = time.time(), experiment.experiment_id
    tx.execute(BEGIN, {**asdict(experiment), "now": now})
    rows = [
        (
            *(experiment_id, experiment.config_hash, each.id, each.content_hash),
            *(each.model_dump_json(exclude_none=True), position, thread_id(experiment_id, position), now),
        )
        for position, each in enumerate(examples, 1)
    ]
    tx.execute_rows(ADD, rows)


def thread_id(experiment_id: str, position: int) -> str:
    """Return the thread id of a cell's run."""
    return f"{experiment_id}-{position}"


def experiment(tx: Transaction, experiment_id: str) -> Experiment:
    """Return an experiment with its counts.

    Raises:
        UsageError: no experiment has that id.
    """
    row = tx.execute("SELECT * FROM eval_experiments WHERE experiment_id = ?", (experiment_id,)).fetchone()
    if row is None:
        raise UsageError(f"no experiment has the id {experiment_id!r}")
    query = "SELECT count(*), count(status) FROM eval_cells WHERE experiment_id = ?"
    examples, closed = tx.execute(query, (experiment_id,)).fetchone()
    context = json.loads(row["context"])
    return Experiment(
        experiment_id, row["graph"], row["dataset"], context, row["config_hash"], examples, examples - closed
    )


def read_open_cells(tx: Transaction, experiment_id: str) -> dict[str, Example]:
    """Return thread ids and examples of the cells that are not judged yet, or whose run failed."""
    rows = tx.execute(OPEN, (experiment_id,)).fetchall()
    return {row["thread_id"]: Example.model_validate_json(row["example"]) for row in rows}


def write_result(tx: Transaction, thread: str, status: str, result: CellResult) -> None:
    """Write a cell's result, unless it has one of a run that did not fail."""
    tx.execute(JUDGE, {"thread_id": thread, "status": status, "result": json.dumps(result), "now": time.time()})


def read_results(tx: Transaction, experiment_id: str) -> list[JudgedCell]:
    """Return the results of an experiment in the order of its examples, each with the status of its run."""
    rows = tx.execute(JUDGED, (experiment_id,)).fetchall()
    return [cast("JudgedCell", {"status": row["status"], **json.loads(row["result"])}) for row in rows]
