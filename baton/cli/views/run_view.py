"""How one run looks to people: its reply first, then the facts, then what to do."""

import json
from typing import Any

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_labelled, print_prose, print_text
from baton.cli.views.phrases import in_words, named, outcome_of, style, tokens, took
from baton.storage.records import PendingApproval, RunSummary

LABEL = 13  # characters in front of a fact


def show_run(run: RunSummary) -> None:
    """Print one run: the reply first, then what stands behind it, then what to do."""
    output: dict[str, Any] = run["output"] or {}
    if reply := output.get("reply"):
        print_prose(f"{reply}\n")
    for name, value in _facts(run, output):
        print_labelled(f"{name:<{LABEL}}", value, style(run["status"]) if name == "outcome" else "")
    show_waiting(run)
    print_text(f"\nstep by step: {command('show', run['thread_id'])}", "dim")


def show_waiting(run: RunSummary) -> None:
    """Print what a run waits for, with the commands that decide it."""
    if run["status"] == "waiting" and not run["waiting_for"]:
        print_text(f"\nstopped at a breakpoint; go on: {command('resume', run['thread_id'])}", "yellow")
    for asked in run["waiting_for"]:
        request = asked["action_requests"][0]
        print_prose(f"\nwaits for a person: {in_words(request)}", "yellow")
        for line in decisions(run, asked):
            print_text(f"  {line}")


def decisions(run: RunSummary, asked: PendingApproval) -> list[str]:
    """The commands that decide; the digest binds them to the action as it is shown here."""
    which = ["--interrupt", asked["interrupt_id"]] if len(run["waiting_for"]) > 1 else []
    given = {"approve": [], "edit": [json.dumps(asked["action_requests"][0]["args"])], "reject": ["why not"]}
    allowed = asked["review_configs"][0]["allowed_decisions"]
    return [
        command("decide", run["thread_id"], f"--{kind}", *values, *which, "--digest", asked["digest"])
        for kind, values in given.items()
        if kind in allowed
    ]


def _facts(run: RunSummary, output: dict[str, Any]) -> list[tuple[str, str]]:
    confidence = f" ({output['confidence']:.2f})" if "confidence" in output else ""
    actions = "\n".join(_action(each) for each in output.get("actions") or [])
    facts = [
        ("route", f"{output['route']}{confidence}" if "route" in output else ""),
        ("outcome", outcome_of(run)),
        ("because", output.get("reason") or ""),
        ("policies", ", ".join(output.get("citations") or [])),
        ("actions", actions),
        ("error", run["error"] or ""),
        ("dead letter", ", ".join(run["dead_letters"])),
        ("used", tokens(run["usage"])),
        ("time", took(run["latency_ms"])),
        ("thread", named(run["thread_id"], run["run"])),
    ]
    return [(name, value) for name, value in facts if value]


def _action(action: dict[str, Any]) -> str:
    said = in_words({"name": action.get("name", "action"), "args": action.get("args") or {}})
    receipt = f", receipt {action['receipt']}" if action.get("receipt") else ""
    return f"{said}: {action.get('status', 'done')}{receipt}"
