"""The status of a run, as a function of how a call ended."""

import pytest

from baton.storage.records import Status
from baton.storage.run_status import Ending, status_after_update


def test_the_first_case_that_holds_decides() -> None:
    """Each case with all that come after it."""
    endings = [
        Ending(error="E: no", dead_lettered=True, stopped=True, interrupts=["i"]),
        Ending(dead_lettered=True, stopped=True, interrupts=["i"]),
        Ending(stopped=True, interrupts=["i"]),
        Ending(interrupts=[]),
        Ending(output="{}"),
    ]
    found = [each.status(has_ending_letter=True) for each in endings]
    assert found == ["failed", "dead_lettered", "queued", "waiting", "dead_lettered"]
    assert Ending(output="{}").status(has_ending_letter=False) == "done"


@pytest.mark.parametrize(
    "before, has_interrupts, is_at_end, status",
    [
        ("done", True, False, "waiting"),
        ("done", False, False, "queued"),
        ("waiting", False, True, "done"),
        ("failed", False, True, "done"),
        ("dead_lettered", False, True, "dead_lettered"),
        ("done", False, True, "done"),
    ],
)
def test_after_an_update_a_run_waits_goes_on_or_has_ended(
    *, before: Status, has_interrupts: bool, is_at_end: bool, status: Status
) -> None:
    assert status_after_update(before, has_interrupts=has_interrupts, is_at_end=is_at_end) == status
