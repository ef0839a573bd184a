"""A run step by step, for people."""

import json
from typing import Any

from baton.cli.terminal.output import console, print_prose, print_text
from baton.cli.terminal.rows import Rows
from baton.cli.views.letter_view import show_ways_out
from baton.cli.views.phrases import ago, counted_tokens, dollars, named, outcome_of, shortened, style, tokens, took
from baton.cli.views.run_view import show_waiting
from baton.storage.records import DeadLetter, RunSummary, StepAttempt

COLUMNS = ("step", "try", "status", "time", "model", "in", "out", "cost", "read \u2192 wrote")
SPARE = ("model", "cost")  # first to go where the terminal is narrow
MOST_SHOWN = 400  # characters of one step's data: no terminal shows more in a row
MOST_LINES = 2
RIGHT = ("try", "time", "in", "out", "cost")


def show_steps(run: RunSummary, message: str, steps: list[StepAttempt], letters: list[DeadLetter]) -> None:
    """Print the run's head, a row for each step attempt, what it waits for, its open dead letters, and its totals."""
    print_text(
        f"{named(run['thread_id'], run['run'])}  {run['graph']}  {outcome_of(run)}  {ago(run['created_at'])}", "bold"
    )
    if message:
        print_text(shortened(message, console().width))
    _table(steps).show()
    for step in steps:
        if step["error"]:
            print_prose(f"{step['step']} (try {step['attempt']}): {step['error']}", "red")
        if step["note"]:
            print_prose(f"{step['step']} (try {step['attempt']}): {step['note']}", "yellow")
    _ending(run, steps)
    show_ways_out(letters)
    print_text(f"\n{tokens(run['usage'])}, {took(run['latency_ms'])}", "dim")


def _table(steps: list[StepAttempt]) -> Rows:
    rows = Rows(*COLUMNS, wide=COLUMNS[-1], right=RIGHT, spare=SPARE, lines=MOST_LINES)
    for step in steps:
        rows.add(
            step["step"],
            str(step["attempt"]),
            (step["status"], style(step["status"])),
            took(step["latency_ms"]),
            step["model"] or "",
            *_paid(step),
            _data(step),
        )
    return rows


def _paid(step: StepAttempt) -> tuple[str, str, str]:
    """Tokens and cost; blank for a step that asked no model."""
    if not step["model_calls"]:
        return "", "", ""
    return counted_tokens(step["input_tokens"]), counted_tokens(step["output_tokens"]), dollars(step["cost_usd"])


def _data(step: StepAttempt) -> str:
    """What the step read and wrote; of what it read only the first name, since earlier steps wrote it."""
    read, wrote = (_fields(data) for data in (step["input"], step["output"]))
    first = f"{next(iter(read), '')}{f' +{len(read) - 1}' if len(read) > 1 else ''}"
    return shortened(f"{first} \u2192 {'; '.join(f'{name}: {value}' for name, value in wrote.items())}", MOST_SHOWN)


def _fields(data: Any) -> dict[str, str]:
    if data is None:
        return {}
    fields = data if isinstance(data, dict) else {"value": data}
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _ending(run: RunSummary, steps: list[StepAttempt]) -> None:
    output = run["output"] or {}
    if reply := output.get("reply"):
        print_prose(f"\n{reply}")
    if output.get("reason"):
        print_prose(f"because: {output['reason']}", "dim")
    show_waiting(run)
    if (error := run["error"]) and not any(step["error"] and step["error"] in error for step in steps):
        print_prose(error, "red")
