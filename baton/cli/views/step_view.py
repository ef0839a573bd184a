"""The view of a run step by step."""

import json
from typing import Any

from baton.cli.terminal.output import console, print_prose, print_text
from baton.cli.terminal.rows import Rows
from baton.cli.views.dead_letter_view import show_next_commands
from baton.cli.views.phrases import (
    age,
    dollars,
    duration,
    outcome_of,
    run_name,
    shorten,
    status_style,
    token_count,
    usage_text,
)
from baton.cli.views.run_view import show_waiting
from baton.storage.records import DeadLetter, RunSummary, StepAttempt

COLUMNS = ("step", "try", "status", "time", "model", "in", "out", "cost", "read \u2192 wrote")
SPARE = ("model", "cost")  # left out first where the terminal is narrow
MOST_SHOWN = 400  # characters of a step's data; no terminal has room for more in a row
MOST_LINES = 2
RIGHT = ("try", "time", "in", "out", "cost")


def show_steps(run: RunSummary, message: str, steps: list[StepAttempt], dead_letters: list[DeadLetter]) -> None:
    """Print the run, a row for each step attempt, its pending approvals and open dead letters, and its totals."""
    print_text(
        f"{run_name(run['thread_id'], run['run'])}  {run['graph']}  {outcome_of(run)}  {age(run['created_at'])}", "bold"
    )
    if run["urgent"]:
        print_prose(f"urgent: {run['urgent']}", "bold red")
    if message:
        print_text(shorten(message, console().width))
    _build_table(steps).show()
    for step in steps:
        if step["error"]:
            print_prose(f"{step['step']} (try {step['attempt']}): {step['error']}", "red")
        if step["note"]:
            print_prose(f"{step['step']} (try {step['attempt']}): {step['note']}", "yellow")
    _print_end(run, steps)
    show_next_commands(dead_letters)
    print_text(f"\n{usage_text(run['usage'])}, {duration(run['latency_ms'])}", "dim")


def _build_table(steps: list[StepAttempt]) -> Rows:
    rows = Rows(*COLUMNS, wide=COLUMNS[-1], right=RIGHT, spare=SPARE, lines=MOST_LINES)
    for step in steps:
        rows.add(
            step["step"],
            str(step["attempt"]),
            (step["status"], status_style(step["status"])),
            duration(step["latency_ms"]),
            step["model"] or "",
            *_cost_cells(step),
            _data_cell(step),
        )
    return rows


def _cost_cells(step: StepAttempt) -> tuple[str, str, str]:
    """Return the cells of tokens and cost; blank for a step without a model call."""
    if not step["model_calls"]:
        return "", "", ""
    return token_count(step["input_tokens"]), token_count(step["output_tokens"]), dollars(step["cost_usd"])


def _data_cell(step: StepAttempt) -> str:
    """Return input and output in one cell; of the input only the first name, since earlier steps wrote it."""
    read, wrote = (_fields(data) for data in (step["input"], step["output"]))
    first = f"{next(iter(read), '')}{f' +{len(read) - 1}' if len(read) > 1 else ''}"
    return shorten(f"{first} \u2192 {'; '.join(f'{name}: {value}' for name, value in wrote.items())}", MOST_SHOWN)


def _fields(data: Any) -> dict[str, str]:
    if data is None:
        return {}
    fields = data if isinstance(data, dict) else {"value": data}
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _print_end(run: RunSummary, steps: list[StepAttempt]) -> None:
    output = run["output"] or {}
    if reply := output.get("reply"):
        print_prose(f"\n{reply}")
    if output.get("reason"):
        print_prose(f"because: {output['reason']}", "dim")
    show_waiting(run)
    if (error := run["error"]) and not any(step["error"] and step["error"] in error for step in steps):
        print_prose(error, "red")
