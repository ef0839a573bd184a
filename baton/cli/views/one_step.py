"""The view of one step of a run: its whole input and output, and its model calls."""

import json
from collections.abc import Sequence
from typing import Any

from baton.cli.terminal.output import print_prose, print_text
from baton.cli.views.dead_letter_view import show_next_commands
from baton.cli.views.phrases import dollars, duration, iso_time, status_style, token_count
from baton.cli.views.run_fields import step_object
from baton.errors import UsageError
from baton.storage.records import DeadLetter, ModelCall, StepAttempt

NOT_KEPT = "a prompt is made of what the step read, an answer becomes what it wrote; their own words are not kept"


def attempts_of(steps: Sequence[StepAttempt], name: str) -> list[StepAttempt]:
    """Return the attempts of a step, by the name that `baton show` prints, or its last part.

    Raises:
        UsageError: the run has no such step.
    """
    attempts = [each for each in steps if each["step"] == name] or [
        each for each in steps if each["step"].rpartition("/")[2] == name
    ]
    if not attempts:
        names = ", ".join(dict.fromkeys(each["step"] for each in steps))
        raise UsageError(f"the run has no step {name!r}; it has {names or 'none yet'}")
    return attempts


def attempt_object(step: StepAttempt) -> dict[str, Any]:
    """Return an attempt as a JSON object: as in the whole run, with each of its `calls`."""
    return {**step_object(step), "calls": step["calls"]}


def show_attempts(steps: Sequence[StepAttempt], dead_letters: list[DeadLetter]) -> None:
    """Print each attempt with its whole input and output and its model calls, then the open dead letters."""
    for number, step in enumerate(steps):
        if number:
            print_text("")
        _show(step)
    show_next_commands(dead_letters)


def _show(step: StepAttempt) -> None:
    head = f"{step['step']}  try {step['attempt']}  {step['status']}  {duration(step['latency_ms'])}"
    print_text(f"{head}  {iso_time(step['started_at'])}", "bold")
    for label, data in (("input", step["input"]), ("output", step["output"])):
        print_text(f"{label}:", "dim")
        print_text("none" if data is None else json.dumps(data, indent=2, ensure_ascii=False))
    for call in step["calls"]:
        print_prose(_call_line(call), status_style(call["status"]) if call["error"] else None)
    if step["calls"]:
        print_prose(NOT_KEPT, "dim")
    if step["error"]:
        print_prose(step["error"], "red")


def _call_line(call: ModelCall) -> str:
    read, wrote = token_count(call["input_tokens"]), token_count(call["output_tokens"])
    usage = f"{read} tokens in, {wrote} out, cost {dollars(call['cost_usd'])}, {duration(call['latency_ms'])}"
    remarks = "".join(f"; {each}" for each in (call["error"], call["note"]) if each)
    return f"asked {call['model']} as {call['role']}: {call['status']}, {usage}{remarks}"
