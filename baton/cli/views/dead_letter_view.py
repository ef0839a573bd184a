"""The views of dead letters: objects for programs, lines for people."""

import json
from typing import Any

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_prose, print_text
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import age, duration, iso_time, run_name, shorten, urgent_cell
from baton.storage.records import DeadLetter

ROW = ("thread_id", "run", "step", "occurrence", "reason", "error", "status", "ends_run", "note", "urgent")
MOST_SHOWN = 2000  # characters of a step's input
TONES = {"open": "red", "replayed": "green"}


def dead_letter_list_item(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter of a list as a JSON object; times are ISO 8601."""
    return {
        "id": letter.letter_id,
        **{name: getattr(letter, name) for name in ROW},
        "created_at": iso_time(letter.created_at),
        "updated_at": iso_time(letter.updated_at),
    }


def dead_letter_object(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter with its evidence as a JSON object."""
    attempts = [{**each, "started_at": iso_time(each["started_at"])} for each in letter.evidence["attempts"]]
    return {**dead_letter_list_item(letter), "evidence": {**letter.evidence, "attempts": attempts}}


def show_dead_letters(dead_letters: list[DeadLetter]) -> None:
    """Print the dead letters, a row for each."""
    marked = ["urgent"] if any(letter.urgent for letter in dead_letters) else []
    names = ("id", *marked, "run", "step", "reason", "age", "status", "error")
    rows = Rows(*names, wide="error", spare=("age", "step"))
    for letter in dead_letters:
        rows.add(
            letter.letter_id,
            *[urgent_cell(letter.urgent) for _ in marked],
            run_name(letter.thread_id, letter.run),
            letter.step,
            letter.reason,
            age(letter.created_at),
            (letter.status, TONES.get(letter.status, "")),
            letter.error,
        )
    rows.show()


def show_dead_letter(letter: DeadLetter) -> None:
    """Print one dead letter: its error, every attempt, the input of the step, the commands that go on."""
    evidence = letter.evidence
    print_text(f"{letter.letter_id}  {run_name(letter.thread_id, letter.run)}  {letter.step}  {letter.reason}", "bold")
    print_text(f"{letter.status}, {age(letter.created_at)}, Baton {evidence['version']}")
    if letter.urgent:
        print_prose(f"urgent: {letter.urgent}", "bold red")
    if letter.note:
        print_prose(f"because: {letter.note}")
    print_prose(letter.error, "red")
    for attempt in evidence["attempts"]:
        moment = f"{iso_time(attempt['started_at'])}, {duration(attempt['latency_ms'])}"
        print_prose(f"try {attempt['attempt']} ({moment}): {attempt['error']}", "dim")
    print_text(f"given: {shorten(json.dumps(evidence['request'], ensure_ascii=False), MOST_SHOWN)}")
    if raw := evidence.get("raw"):
        print_text(f"answer: {shorten(raw, MOST_SHOWN)}")
    show_next_commands([letter])


def _next_commands(letter: DeadLetter) -> list[tuple[str, ...]]:
    """Return the arguments of the commands that go on; an effect in doubt has to be settled by a person."""
    if letter.evidence.get("effect"):
        done = ("settle", letter.letter_id, "--done", '{"receipt": "..."}')
        return [done, ("settle", letter.letter_id, "--not-done")]
    more = ("--budget-tokens", "N") if letter.reason == "over_budget" else ()
    return [("replay", letter.letter_id, *more)]


def show_next_commands(dead_letters: list[DeadLetter]) -> None:
    """Print the open dead letters with their reasons and the commands that close them."""
    for letter in dead_letters:
        if letter.status == "open":
            print_prose(f"\ndead letter {letter.letter_id}: {letter.step} failed ({letter.reason})", "red")
            for arguments in _next_commands(letter):
                print_text(f"  {command('dead-letters', *arguments)}")
            print_text(f"  {command('dead-letters', 'discard', letter.letter_id, 'why not')}")
