"""Urgent runs, their approvals and dead letters come first in every list, with the reason."""

import json
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton

WHY = "a fraud is going on"


def order(baton: Baton, *words: str) -> list[tuple[str, str | None]]:
    return [(row["thread_id"], row["urgent"]) for row in json.loads(baton(*words, "--json").out)]


def work(baton: Baton, *messages: str) -> None:
    """A run for each message, one after the other; its thread is named as its message."""
    for message in messages:
        baton("run", "toy", message, "--thread-id", message.replace(" ", "-"))


def test_runs_are_listed_urgent_ones_first_then_the_newest(baton: Baton) -> None:
    work(baton, "urgent one", "two", "urgent three", "four")
    assert order(baton, "runs") == [("urgent-three", WHY), ("urgent-one", WHY), ("four", None), ("two", None)]
    lines = baton("runs").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["urgent-three", "urgent-one", "four", "two"]
    assert "urgent" in lines[0]
    assert [WHY in line for line in lines[1:]] == [True, True, False, False]


def test_what_waits_for_a_person_is_listed_urgent_ones_first(baton: Baton) -> None:
    work(baton, "urgent refund", "refund", "hello")
    assert order(baton, "runs", "--status", "waiting") == [("urgent-refund", WHY), ("refund", None)]


def test_dead_letters_are_listed_those_of_urgent_runs_first(baton: Baton) -> None:
    work(baton, "urgent explode", "explode")
    assert order(baton, "dead-letters") == [("urgent-explode", WHY), ("explode", None)]
    lines = baton("dead-letters").out.splitlines()
    assert [WHY in line for line in lines] == [False, True, False]
    letter = json.loads(baton("dead-letters", "--json").out)[0]["id"]
    assert f"urgent: {WHY}" in baton("dead-letters", "show", letter).out
    assert baton("dead-letters", "show", letter, "--json").object["urgent"] == WHY


def test_an_urgent_run_that_is_old_stands_on_the_first_page_and_on_no_other(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("urgent hello\n" + "hello\n" * 60)
    baton("run", "toy", "--file", "in.txt", "--json")
    pages = [baton("runs", "--page", page).out.splitlines() for page in ("1", "2")]
    assert [len(page) - 1 for page in pages] == [50, 11]
    assert WHY in pages[0][1]
    assert not any(WHY in line for line in [*pages[0][2:], *pages[1]])


def test_a_run_says_that_it_is_urgent_when_it_is_done_and_when_it_is_shown(baton: Baton) -> None:
    result = baton("run", "toy", "urgent hello", "--thread-id", "one")
    assert f"urgent       {WHY}" in result.out
    assert f"urgent: {WHY}" in baton("show", "one").out
    assert baton("show", "one", "--json").object["urgent"] == WHY
    work(baton, "two")
    assert "urgent" not in baton("show", "two").out


@pytest.mark.parametrize("others", [3, 60], ids=["rows", "counts"])
def test_of_a_file_the_urgent_ones_are_told_first(baton: Baton, project: Path, others: int) -> None:
    lines = ["hello"] * others + ["refund", "explode", "urgent refund", "urgent explode", "urgent hello"]
    (project / "in.txt").write_text("\n".join(lines))
    out = baton("run", "toy", "--file", "in.txt").out
    waiting = out[out.index("wait for a person") :].splitlines()
    assert [WHY in line for line in waiting[1:3]] == [True, False]
    failed = out[out.index("did not get through") :].splitlines()
    assert [WHY in line for line in failed[1:3]] == [True, False]
    if others > 40:
        assert "3 runs to look at first" in out
    else:
        assert [WHY in line for line in out.splitlines()[1:5]] == [True, True, True, False]


def test_where_nothing_is_urgent_no_list_speaks_of_it(baton: Baton) -> None:
    work(baton, "hello", "refund", "explode")
    assert not any("urgent" in baton(*words).out for words in (("runs",), ("dead-letters",), ("show", "refund")))
