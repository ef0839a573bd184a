"""The views of a piece of advice: an object for programs, lines for people."""

from dataclasses import asdict
from typing import Any

from app.pattern_completion import Completion, completion_of
from app.questions import Advice, Cost, cost_of
from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import console, note, print_with_label

LABEL = 10  # characters in front of the text
REPEAT = "python -m benchmarks.pattern_costs"
BAKEOFF = "baton eval bakeoff"
OFFLINE = "; figures of the offline model say nothing about language models"
WORTH = "other models' answers differ in length, and in how often they are sent back"


def as_object(advice: Advice) -> dict[str, Any]:
    """Return the advice as a JSON object; `cost` and `task_completion` are null where that was not measured."""
    pattern, cost, completion = advice.pattern, cost_of(advice.pattern.name), completion_of(advice.pattern.name)
    return {
        "pattern": pattern.name,
        "called": pattern.title,
        "why": advice.why,
        "decided_by": {"question": advice.decided_by.id, "answer": advice.answer},
        "not_considered": [each.id for each in advice.skipped],
        "warning": advice.warning,
        "trade_off": pattern.trade_off,
        "cost": cost and asdict(cost),
        "task_completion": completion and asdict(completion),
        "fences": pattern.fences,
        "file": pattern.file,
        "command": run_command(advice),
    }


def show_advice(advice: Advice) -> None:
    """Print the advice."""
    if advice.warning:
        note(f"warning: {advice.warning}")
    elif advice.skipped:
        note(f"not considered: {', '.join(each.flags for each in advice.skipped)}")
    pattern = advice.pattern
    rows = [
        ("pattern", pattern.title),
        ("because", f"{advice.decided_by.asks} {'Yes.' if advice.answer else 'No.'}"),
        ("", advice.why),
        ("trade-off", pattern.trade_off),
        *zip(("costs", ""), cost_lines(cost_of(pattern.name)), strict=False),
        *zip(("completes", ""), completion_lines(completion_of(pattern.name)), strict=False),
        *(("fences" if not number else "", each) for number, each in enumerate(pattern.fences)),
        ("copy", f"{pattern.file}: {command('copy', pattern.name, 'DIR')}"),
        ("run", run_command(advice)),
    ]
    for label, text in rows:
        _show(label, text)


def cost_lines(cost: Cost | None) -> list[str]:
    """Return the cost in words, and the limits of that figure."""
    if cost is None:
        return [f"not measured yet: {REPEAT}"]
    calls = f"{cost.model_calls:.2f} model calls and {cost.tokens:,.0f} tokens a message"
    times = f"{cost.times_calls:.1f} and {cost.times_tokens:.1f} times a single call's"
    return [f"{calls}: {times} ({cost.messages} sample messages)", f"counted with {cost.model}; {WORTH}"]


def completion_lines(completion: Completion | None) -> list[str]:
    """Return what the pattern completed in words, and the limits of that figure."""
    if completion is None:
        return [f"not measured yet: {BAKEOFF}"]
    single = "" if completion.single_call is None else f"; a single call {completion.single_call:.2f}"
    return [
        f"{completion.text} of the tasks{single} ({completion.messages} messages of {completion.dataset})",
        f"measured on {completion.measured} with {completion.model}{OFFLINE if completion.is_offline else ''}",
    ]


def run_command(advice: Advice) -> str:
    """Return a command that runs the pattern on its example."""
    return command("run", advice.pattern.name, advice.pattern.example)


def _show(label: str, text: str) -> None:
    if label == "run":
        console().print(f"{label:<{LABEL}}{text}", soft_wrap=True)
    else:
        print_with_label(f"{label:<{LABEL}}", text)
