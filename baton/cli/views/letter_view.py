"""How dead letters look to people and to programs."""

import json
from typing import Any

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_prose, print_text
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import ago, iso, named, shortened, took
from baton.storage.records import DeadLetter

ROW = ("thread_id", "run", "step", "occurrence", "reason", "error", "status", "ends_run", "note")
MOST_SHOWN = 2000  # characters of what a step was given
TONES = {"open": "red", "replayed": "green"}


def as_row(letter: DeadLetter) -> dict[str, Any]:
    """One letter in a list; times are ISO 8601."""
    return {
        "id": letter.letter_id,
        **{name: getattr(letter, name) for name in ROW},
        "created_at": iso(letter.created_at),
        "updated_at": iso(letter.updated_at),
    }


def as_object(letter: DeadLetter) -> dict[str, Any]:
    """One letter with its evidence."""
    attempts = [{**each, "started_at": iso(each["started_at"])} for each in letter.evidence["attempts"]]
    return {**as_row(letter), "evidence": {**letter.evidence, "attempts": attempts}}


def show_letters(found: list[DeadLetter]) -> None:
    """Print the list."""
    rows = Rows("id", "run", "step", "reason", "age", "status", "error", wide="error", spare=("age", "step"))
    for letter in found:
        rows.add(
            letter.letter_id,
            named(letter.thread_id, letter.run),
            letter.step,
            letter.reason,
            ago(letter.created_at),
            (letter.status, TONES.get(letter.status, "")),
            letter.error,
        )
    rows.show()


def show_letter(letter: DeadLetter) -> None:
    """Print one letter: what failed, every attempt, what the step was given, what to do."""
    evidence = letter.evidence
    print_text(f"{letter.letter_id}  {named(letter.thread_id, letter.run)}  {letter.step}  {letter.reason}", "bold")
    print_text(f"{letter.status}, {ago(letter.created_at)}, Baton {evidence['version']}")
    if letter.note:
        print_prose(f"because: {letter.note}")
    print_prose(letter.error, "red")
    for attempt in evidence["attempts"]:
        moment = f"{iso(attempt['started_at'])}, {took(attempt['latency_ms'])}"
        print_prose(f"try {attempt['attempt']} ({moment}): {attempt['error']}", "dim")
    print_text(f"given: {shortened(json.dumps(evidence['request'], ensure_ascii=False), MOST_SHOWN)}")
    if raw := evidence.get("raw"):
        print_text(f"answer: {shortened(raw, MOST_SHOWN)}")
    show_ways_out([letter])


def _ways_on(letter: DeadLetter) -> list[tuple[str, ...]]:
    """The commands that go on with a run; what came of an effect in doubt, a person must say."""
    if letter.evidence.get("effect"):
        done = ("settle", letter.letter_id, "--done", '{"receipt": "..."}')
        return [done, ("settle", letter.letter_id, "--not-done")]
    more = ("--budget-tokens", "N") if letter.reason == "over_budget" else ()
    return [("replay", letter.letter_id, *more)]


def show_ways_out(letters: list[DeadLetter]) -> None:
    """Print what to do about open letters, with their reasons."""
    for letter in letters:
        if letter.status == "open":
            print_prose(f"\ndead letter {letter.letter_id}: {letter.step} failed ({letter.reason})", "red")
            for way in _ways_on(letter):
                print_text(f"  {command('dead-letters', *way)}")
            print_text(f"  {command('dead-letters', 'discard', letter.letter_id, 'why not')}")
