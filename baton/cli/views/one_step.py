"""One step of a run, all that is kept of it: its input, its output, its questions to models."""

import json
from collections.abc import Sequence
from typing import Any

from baton.cli.terminal.output import print_prose, print_text
from baton.cli.views.letter_view import show_ways_out
from baton.cli.views.phrases import counted_tokens, dollars, iso, style, took
from baton.cli.views.run_fields import step_object
from baton.errors import UsageError
from baton.storage.records import DeadLetter, ModelCall, StepAttempt

NOT_KEPT = "a prompt is made of what the step read, an answer becomes what it wrote; their own words are not kept"


def of_name(steps: Sequence[StepAttempt], name: str) -> list[StepAttempt]:
    """The attempts of a step, by the name that `baton show` prints, or its last part.

    Raises:
        UsageError: there is none.
    """
    found = [each for each in steps if each["step"] == name] or [
        each for each in steps if each["step"].rpartition("/")[2] == name
    ]
    if not found:
        known = ", ".join(dict.fromkeys(each["step"] for each in steps))
        raise UsageError(f"the run has no step {name!r}; it has {known or 'none yet'}")
    return found


def whole_object(step: StepAttempt) -> dict[str, Any]:
    """One attempt for programs: as in the whole run, with each of its `calls`."""
    return {**step_object(step), "calls": step["calls"]}


def show_attempts(steps: Sequence[StepAttempt], letters: list[DeadLetter]) -> None:
    """Print each attempt: its input and output whole, what it asked of models; and its open dead letters."""
    for number, step in enumerate(steps):
        if number:
            print_text("")
        _show(step)
    show_ways_out(letters)


def _show(step: StepAttempt) -> None:
    head = f"{step['step']}  try {step['attempt']}  {step['status']}  {took(step['latency_ms'])}"
    print_text(f"{head}  {iso(step['started_at'])}", "bold")
    for label, data in (("input", step["input"]), ("output", step["output"])):
        print_text(f"{label}:", "dim")
        print_text("none" if data is None else json.dumps(data, indent=2, ensure_ascii=False))
    for call in step["calls"]:
        print_prose(_asked(call), style(call["status"]) if call["error"] else None)
    if step["calls"]:
        print_prose(NOT_KEPT, "dim")
    if step["error"]:
        print_prose(step["error"], "red")


def _asked(call: ModelCall) -> str:
    read, wrote = counted_tokens(call["input_tokens"]), counted_tokens(call["output_tokens"])
    used = f"{read} tokens in, {wrote} out, cost {dollars(call['cost_usd'])}"
    told = "".join(f"; {each}" for each in (call["error"], call["note"]) if each)
    return f"asked {call['model']} as {call['role']}: {call['status']}, {used}, {took(call['latency_ms'])}{told}"
