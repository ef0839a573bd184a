"""The rows of runs: the status that follows from what is recorded, and thread ids that are taken."""

import json
from typing import Any

import pytest

from baton.errors import ThreadInUse
from baton.storage import claims, run_rows
from baton.storage.run_status import Ending
from baton.storage.sqlite_file import Connection
from tests.baton.rows import LETTER, SEALS, claim, close, new

APPROVAL = (
    "INSERT INTO approvals (interrupt_id, thread_id, step, occurrence, request, digest, decision, created_at)"
    " VALUES ('i', 'one', 's', '0', '{}', 'd', ?, 0)"
)


@pytest.mark.parametrize(
    "approval, letter, ending, status",
    [
        (None, None, {}, "done"),
        ('{"type": "approve"}', None, {}, "done"),
        ("undecided", None, {"interrupts": ["i"]}, "waiting"),
        ("undecided", None, {}, "done"),
        (None, None, {"interrupts": []}, "waiting"),
        (None, None, {"stopped": True}, "queued"),
        (None, ("open", True), {}, "dead_lettered"),
        (None, ("open", False), {}, "done"),
        (None, ("replayed", True), {}, "done"),
        ("undecided", ("open", True), {"interrupts": ["i"]}, "waiting"),
        ("undecided", ("open", True), {"dead_lettered": True}, "dead_lettered"),
        ("undecided", ("open", True), {"error": "E: no"}, "failed"),
    ],
)
def test_a_status_follows_from_what_is_recorded(
    rows: Connection,
    approval: str | None,
    letter: tuple[str, bool] | None,
    ending: dict[str, Any],
    status: str,
) -> None:
    claim(rows, claims.new_owner(), 5)
    if approval:
        rows.execute(APPROVAL, (None if approval == "undecided" else approval,))
    if letter:
        rows.execute(LETTER, letter)
    assert close(rows, 1, Ending(output='{"a": 1}', **ending)) == status
    kept = run_rows.get(rows, "one").output
    assert (kept and json.loads(kept)) == ({"a": 1} if status == "done" else None)


def test_a_taken_thread_id_is_refused_with_a_way_on(rows: Connection) -> None:
    with pytest.raises(ThreadInUse, match="baton resume one"):
        run_rows.queue(rows, [new("one")], SEALS)
