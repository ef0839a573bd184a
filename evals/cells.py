"""The rows of experiments: functions over a transaction. A cell is one example under one configuration."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from baton.errors import UsageError
from baton.storage.transaction import Transaction
from evals.examples import Example
from evals.records import CellResult, JudgedCell, NewExperiment
from evals.verdicts import read_verdicts

BEGIN = (
    "INSERT INTO eval_experiments VALUES (:experiment_id, :graph, :dataset, :split, :context, :config, :config_hash,"
    " :now)"
)
ADD = (
    "INSERT INTO eval_cells (experiment_id, config_hash, example_id, example_hash, example, position, repetition,"
    " thread_id, updated_at) VALUES {rows}"
)
# A failed run can be resumed, so its cell may be judged again; any other result stands.
JUDGE = (
    "UPDATE eval_cells SET status = :status, result = :result, updated_at = :now"
    " WHERE thread_id = :thread_id AND (status IS NULL OR status = 'failed')"
)
OPEN = (
    "SELECT repetition, thread_id, example FROM eval_cells"
    " WHERE experiment_id = ? AND (status IS NULL OR status = 'failed') ORDER BY repetition, position"
)
JUDGED = (
    "SELECT example_id, example_hash, repetition, thread_id, status, result FROM eval_cells"
    " WHERE experiment_id = ? AND status IS NOT NULL ORDER BY position, repetition"
)
JUDGED_SCORE = "judged"
EXAMPLES = "SELECT example FROM eval_cells WHERE experiment_id = ? AND repetition = 1 ORDER BY position"
LIST = "SELECT experiment_id FROM eval_experiments ORDER BY created_at DESC, experiment_id"
NO_ANSWER: dict[str, Any] = {
    "reason": None,
    "blame": None,
    "path": [],
    "reply": "",
    "citations": [],
    "actions": [],
    "model_calls": 0,
}
"""The parts of a result that cells of earlier versions do not have."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment with its counts; `context` holds the values set for its runs, `models` the model of each role.

    `config_hash` is the hash of everything that its answers depend on. `examples` counts its messages, each worked
    `repetitions` times; `unjudged` counts the cells without a result. `created_at` is in Unix seconds.
    """

    experiment_id: str
    graph: str
    dataset: str
    split: str | None
    context: dict[str, Any]
    models: dict[str, str]
    config_hash: str
    created_at: float
    examples: int
    repetitions: int
    unjudged: int


def create_tables(tx: Transaction) -> None:
    """Create the tables of experiments where they are missing."""
    for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
        tx.execute(statement)


def begin(tx: Transaction, experiment: NewExperiment, examples: Sequence[Example], repetitions: int) -> None:
    """Insert an experiment with a cell for each repetition of each example."""
    now, experiment_id = time.time(), experiment.experiment_id
    tx.execute(BEGIN, {**asdict(experiment), "now": now})
    rows = [
        (
            *(experiment_id, experiment.config_hash, each.id, each.content_hash),
            *(each.model_dump_json(exclude_none=True), position, repetition),
            *(thread_id(experiment_id, position, repetition), now),
        )
        for repetition in range(1, repetitions + 1)
        for position, each in enumerate(examples, 1)
    ]
    tx.execute_rows(ADD, rows)


def thread_id(experiment_id: str, position: int, repetition: int = 1) -> str:
    """Return the thread id of a cell's run: `EXPERIMENT-POSITION`, from the second repetition on with its number."""
    return f"{experiment_id}-{position}" + (f"-{repetition}" if repetition > 1 else "")


def has_tables(tx: Transaction) -> bool:
    """Return whether any experiment was ever begun in this database."""
    return tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'eval_experiments'").fetchone() is not None


def experiment(tx: Transaction, experiment_id: str) -> Experiment:
    """Return an experiment with its counts.

    Raises:
        UsageError: no experiment has that id.
    """
    row = tx.execute("SELECT * FROM eval_experiments WHERE experiment_id = ?", (experiment_id,)).fetchone()
    if row is None:
        raise UsageError(f"no experiment has the id {experiment_id!r}; `baton eval list` shows them")
    counts = "SELECT count(*), count(DISTINCT position), count(status) FROM eval_cells WHERE experiment_id = ?"
    cells, examples, closed = tx.execute(counts, (experiment_id,)).fetchone()
    return Experiment(
        experiment_id=experiment_id,
        graph=row["graph"],
        dataset=row["dataset"],
        split=row["split"],
        context=json.loads(row["context"]),
        models=json.loads(row["config"]).get("models", {}),
        config_hash=row["config_hash"],
        created_at=row["created_at"],
        examples=examples,
        repetitions=cells // examples if examples else 0,
        unjudged=cells - closed,
    )


def all_experiments(tx: Transaction) -> list[Experiment]:
    """Return all experiments with their counts, the newest first."""
    return [experiment(tx, row["experiment_id"]) for row in tx.execute(LIST).fetchall()]


def examples_of(tx: Transaction, experiment_id: str) -> list[Example]:
    """Return the examples of an experiment in their order."""
    return [Example.model_validate_json(row["example"]) for row in tx.execute(EXAMPLES, (experiment_id,)).fetchall()]


def read_open_cells(tx: Transaction, experiment_id: str) -> dict[int, dict[str, Example]]:
    """Return thread ids and examples of the cells that are not judged yet, or whose run failed, by repetition."""
    cells: dict[int, dict[str, Example]] = {}
    for row in tx.execute(OPEN, (experiment_id,)).fetchall():
        cells.setdefault(row["repetition"], {})[row["thread_id"]] = Example.model_validate_json(row["example"])
    return cells


def write_result(tx: Transaction, thread: str, status: str, result: CellResult) -> None:
    """Write a cell's result, unless it has one of a run that did not fail."""
    tx.execute(JUDGE, {"thread_id": thread, "status": status, "result": json.dumps(result), "now": time.time()})


def end_reason(tx: Transaction, thread: str, run: int) -> str | None:
    """Return the class of the dead letter that ended a run, read from the database of the runs; None without one."""
    query = "SELECT reason FROM dead_letters WHERE thread_id = ? AND run = ? AND ends_run ORDER BY created_at DESC"
    row = tx.execute(query, (thread, run)).fetchone()
    return None if row is None else str(row["reason"])


def read_results(tx: Transaction, experiment_id: str) -> list[JudgedCell]:
    """Return the results of an experiment in the order of its examples, each with its example and its run's status.

    A verdict of the judge is one of the scores: `judged`, true where the reply passed.
    """
    rows, marks = (
        [dict(row) for row in tx.execute(JUDGED, (experiment_id,)).fetchall()],
        read_verdicts(tx, experiment_id),
    )
    cells = [cast("JudgedCell", {**NO_ANSWER, **row, **json.loads(row.pop("result"))}) for row in rows]
    for cell in cells:
        cell["judge"] = mark = marks.get(cell["thread_id"])
        if mark and mark["verdict"]:
            cell["scores"][JUDGED_SCORE] = mark["verdict"] == "pass"
    return cells
