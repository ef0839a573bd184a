"""The view of one run: its reply, the facts, the commands that go on."""

import json
from typing import Any

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_prose, print_text, print_with_label
from baton.cli.views.phrases import (
    action_text,
    duration,
    outcome_of,
    question_text,
    run_name,
    status_style,
    usage_text,
)
from baton.storage.records import PendingApproval, RunSummary, allowed_decisions

LABEL = 13  # width of the label in front of a fact


def show_run(run: RunSummary) -> None:
    """Print one run: its reply, the facts, the commands that go on."""
    output: dict[str, Any] = run["output"] or {}
    if reply := output.get("reply"):
        print_prose(f"{reply}\n")
    styles = {"outcome": status_style(run["status"]), "urgent": "bold red"}
    for name, value in _facts(run, output):
        print_with_label(f"{name:<{LABEL}}", value, styles.get(name, ""))
    show_waiting(run)
    print_text(f"\nstep by step: {command('show', run['thread_id'])}", "dim")


def show_waiting(run: RunSummary) -> None:
    """Print the pending approvals of a run with the commands that decide them, or its breakpoint."""
    if run["status"] == "waiting" and not run["waiting_for"]:
        print_text(f"\nstopped at a breakpoint; go on: {command('resume', run['thread_id'])}", "yellow")
    for approval in run["waiting_for"]:
        print_prose(f"\nwaits for a person: {question_text(approval)}", "yellow")
        for line in decide_commands(run, approval):
            print_text(f"  {line}")


def decide_commands(run: RunSummary, approval: PendingApproval) -> list[str]:
    """Return the commands that decide an approval; the digest binds them to the action as it is shown here."""
    which = ["--interrupt", approval["interrupt_id"]] if len(run["waiting_for"]) > 1 else []
    return [
        command("decide", run["thread_id"], *words, *which, "--digest", approval["digest"])
        for words in _answers(approval)
    ]


def _answers(approval: PendingApproval) -> list[list[str]]:
    """The options of `decide` that answer a question, each with an example of its value."""
    requests = approval["action_requests"]
    if len(requests) != 1:
        example = json.dumps({"decisions": [{"type": "approve"} for _ in requests]}) if requests else "JSON"
        return [["--answer", example]]
    kinds = allowed_decisions(approval, requests[0]["name"])
    values = {"approve": [], "edit": [json.dumps(requests[0]["args"])], "reject": ["why not"]}
    return [[f"--{kind}", *value] for kind, value in values.items() if kind in kinds]


def _facts(run: RunSummary, output: dict[str, Any]) -> list[tuple[str, str]]:
    confidence = f" ({output['confidence']:.2f})" if "confidence" in output else ""
    actions = "\n".join(_action(each) for each in output.get("actions") or [])
    facts = [
        ("route", f"{output['route']}{confidence}" if "route" in output else ""),
        ("outcome", outcome_of(run)),
        ("urgent", run["urgent"] or ""),
        ("because", output.get("reason") or ""),
        ("policies", ", ".join(output.get("citations") or [])),
        ("actions", actions),
        ("error", run["error"] or ""),
        ("dead letter", ", ".join(run["dead_letters"])),
        ("used", usage_text(run["usage"])),
        ("time", duration(run["latency_ms"])),
        ("thread", run_name(run["thread_id"], run["run"])),
    ]
    return [(name, value) for name, value in facts if value]


def _action(action: dict[str, Any]) -> str:
    text = action_text({"name": action.get("name", "action"), "args": action.get("args") or {}})
    receipt = f", receipt {action['receipt']}" if action.get("receipt") else ""
    return f"{text}: {action.get('status', 'done')}{receipt}"
