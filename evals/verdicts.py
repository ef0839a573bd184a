"""The rows of the judge's verdicts, beside the cells whose replies they are about: functions over a transaction."""

import time
from typing import cast, get_type_hints

from baton.storage.records import RunSummary
from baton.storage.transaction import Transaction
from evals.records import JudgeMark

WRITE = (
    "INSERT OR REPLACE INTO eval_verdicts VALUES (:thread_id, :experiment_id, :model, :rubric, :verdict, :reason,"
    " :error, :tokens, :cost_usd, :now)"
)
FIELDS = tuple(get_type_hints(JudgeMark))
READ = f"SELECT thread_id, {', '.join(FIELDS)} FROM eval_verdicts WHERE experiment_id = ?"  # noqa: S608 - names of ours


def write_verdict(tx: Transaction, experiment_id: str, thread_id: str, mark: JudgeMark) -> None:
    """Write the judge's mark of one cell, in place of an earlier one."""
    tx.execute(WRITE, {**mark, "thread_id": thread_id, "experiment_id": experiment_id, "now": time.time()})


def read_verdicts(tx: Transaction, experiment_id: str) -> dict[str, JudgeMark]:
    """Return the judge's marks of an experiment by the thread id of the cell."""
    rows = tx.execute(READ, (experiment_id,)).fetchall()
    return {str(row["thread_id"]): cast("JudgeMark", {name: row[name] for name in FIELDS}) for row in rows}


def mark_of(run: RunSummary, model: str, rubric: str) -> JudgeMark:
    """Return the mark that a run of the judge came to; one without a verdict holds the error instead."""
    given = (run["output"] or {}).get("verdict") or {} if run["status"] == "done" else {}
    usage = run["usage"]
    return {
        "model": model,
        "rubric": rubric,
        "verdict": given.get("verdict"),
        "reason": given.get("reason"),
        "error": None if given else run["error"] or f"the run of the judge is {run['status']}",
        "tokens": usage["input_tokens"] + usage["output_tokens"],
        "cost_usd": usage["cost_usd"],
    }
