"""`baton dead-letters`: list, show, replay, discard."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.baton.cli.conftest import Baton

ROW = "id thread_id run step occurrence reason error status ends_run note created_at updated_at".split()


@pytest.fixture
def letter(baton: Baton) -> str:
    """A run that exploded left this letter."""
    said = baton("run", "toy", "explode", "--thread-id", "parked", "--json")
    assert said.code == 4
    return str(said.object["dead_letters"][0])


def listed(baton: Baton, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(baton("dead-letters", *words, "--json").out)
    return found


def test_an_empty_list_says_where_it_looked(baton: Baton, baton_home: Path) -> None:
    said = baton("dead-letters")
    assert (said.code, said.out, said.err) == (0, "", f"no dead letters in {baton_home}\n")
    assert listed(baton) == []
    assert not baton_home.exists()


def test_letters_are_listed_and_shown(baton: Baton, letter: str) -> None:
    [row] = listed(baton, "--status", "open")
    assert list(row) == ROW
    assert (row["id"], row["step"], row["reason"]) == (letter, "work", "failure")
    assert (row["thread_id"], row["run"]) == ("parked", 1)
    assert row["created_at"].endswith("Z")
    assert listed(baton, "--status", "replayed") == []
    told = baton("dead-letters").out
    assert all(word in told for word in (letter, "parked", "work", "failure", "s ago", "open"))
    shown = baton("dead-letters", "show", letter, "--json").object
    assert shown["evidence"]["request"]["message"] == "explode"
    assert [attempt["error"] for attempt in shown["evidence"]["attempts"]] == ["ValueError: it exploded"]
    told = baton("dead-letters", "show", letter).out
    assert "try 1 (" in told
    assert f"dead-letters replay {letter}" in told


@pytest.fixture
def mended(baton: Baton, letter: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The letter, after the graph was mended; commands of this process load it anew."""
    graph = project / "toy.py"
    graph.write_text(graph.read_text().replace('raise ValueError("it exploded")', "pass"))
    monkeypatch.delitem(sys.modules, "toy")
    return letter


def test_the_printed_command_replays(baton: Baton, mended: str) -> None:
    [printed] = [line for line in baton("show", "parked").out.splitlines() if "dead-letters replay" in line]
    said = baton(*printed.split()[printed.split().index("dead-letters") :], "--json")
    assert (said.code, said.object["status"], said.object["dead_letters"]) == (0, "done", [])
    assert said.object["output"]["reply"] == "You said: explode"
    assert "dead letter" not in baton("show", "parked").out


def test_without_a_fix_the_letter_is_open_again(baton: Baton, letter: str) -> None:
    said = baton("dead-letters", "replay", letter, "--json")
    assert (said.code, said.object["dead_letters"]) == (4, [letter])
    assert [row["status"] for row in listed(baton)] == ["open"]


def test_a_letter_is_discarded_with_a_reason(baton: Baton, letter: str) -> None:
    said = baton("dead-letters", "discard", letter, "a test")
    assert (said.code, said.err) == (0, f"discarded {letter} of parked\n")
    [row] = listed(baton)
    assert (row["status"], row["note"]) == ("discarded", "a test")
    assert "because: a test" in baton("dead-letters", "show", letter).out
    assert json.loads(baton("show", "parked", "--json").out)["status"] == "dead_lettered"


@pytest.mark.parametrize(
    "words,told",
    [
        (("show", "dl-none"), "no dead letter has the id 'dl-none'"),
        (("replay", "dl-none"), "no dead letter has the id 'dl-none'"),
        (("discard", "dl-none", "why"), "no dead letter has the id 'dl-none'"),
        (("discard", "LETTER"), "REASON"),
        (("discard", "LETTER", ""), "say why"),
        (("replay", "LETTER", "--budget-tokens", "0"), "--budget-tokens"),
        (("--status", "lost"), "it is one of open, replayed, discarded"),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(
    baton: Baton, letter: str, words: tuple[str, ...], told: str
) -> None:
    before = listed(baton)
    said = baton("dead-letters", *(letter if word == "LETTER" else word for word in words))
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert told in said.err
    assert listed(baton) == before


def test_a_closed_letter_is_neither_replayed_nor_discarded(baton: Baton, letter: str) -> None:
    baton("dead-letters", "discard", letter, "a test")
    for words in (("replay", letter), ("discard", letter, "again")):
        said = baton("dead-letters", *words)
        assert (said.code, said.err) == (2, f"error: {letter} is not open (discarded: a test); nothing was changed\n")


def test_a_changed_graph_is_refused_until_it_is_accepted(baton: Baton, mended: str, project: Path) -> None:
    graph = project / "toy.py"
    more = "class More(TypedDict):\n    more: str\n\n\nclass State(More, "
    graph.write_text(graph.read_text().replace("class State(", more))
    said = baton("dead-letters", "replay", mended)
    assert said.code == 2
    assert "toy changed since parked began" in said.err
    assert "--accept-change" in said.err
    assert baton("dead-letters", "replay", mended, "--accept-change", "--json").object["status"] == "done"


def test_a_run_that_ran_out_is_replayed_with_a_new_budget(
    baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = project / "toy.py"
    over = graph.read_text().replace('ValueError("it exploded")', 'OverBudget("poor", 9, 1)')
    graph.write_text(over.replace("import BadDecision", "import BadDecision, OverBudget"))
    monkeypatch.delitem(sys.modules, "toy", raising=False)
    assert baton("run", "toy", "explode", "--thread-id", "poor").code == 4
    monkeypatch.delitem(sys.modules, "toy", raising=False)
    [ended] = listed(baton)
    way = f"dead-letters replay {ended['id']} --budget-tokens N\n"
    assert way in baton("dead-letters", "show", ended["id"]).out
    assert way in baton("show", "poor").out
