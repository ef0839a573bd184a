"""`baton dead-letters`: list, show, replay, discard."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.baton.cli.conftest import Baton

ROW = "id thread_id run step occurrence reason error status ends_run note urgent created_at updated_at".split()


@pytest.fixture
def letter(baton: Baton) -> str:
    """A run that exploded left this letter."""
    result = baton("run", "toy", "explode", "--thread-id", "parked", "--json")
    assert result.code == 4
    return str(result.object["dead_letters"][0])


def list_letters(baton: Baton, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(baton("dead-letters", *words, "--json").out)
    return rows


def test_an_empty_list_says_where_it_looked(baton: Baton, baton_home: Path) -> None:
    result = baton("dead-letters")
    assert (result.code, result.out, result.err) == (0, "", f"no dead letters in {baton_home}\n")
    assert list_letters(baton) == []
    assert not baton_home.exists()


def test_letters_are_listed_and_shown(baton: Baton, letter: str) -> None:
    [row] = list_letters(baton, "--status", "open")
    assert list(row) == ROW
    assert (row["id"], row["step"], row["reason"]) == (letter, "work", "failure")
    assert (row["thread_id"], row["run"]) == ("parked", 1)
    assert row["created_at"].endswith("Z")
    assert list_letters(baton, "--status", "replayed") == []
    text = baton("dead-letters").out
    assert all(word in text for word in (letter, "parked", "work", "failure", "s ago", "open"))
    letter_json = baton("dead-letters", "show", letter, "--json").object
    assert letter_json["evidence"]["request"]["message"] == "explode"
    assert [attempt["error"] for attempt in letter_json["evidence"]["attempts"]] == ["ValueError: it exploded"]
    text = baton("dead-letters", "show", letter).out
    assert "try 1 (" in text
    assert f"dead-letters replay {letter}" in text


@pytest.fixture
def fixed_letter(baton: Baton, letter: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The letter, after the graph was mended; commands of this process load it anew."""
    graph = project / "toy.py"
    graph.write_text(graph.read_text().replace('raise ValueError("it exploded")', "pass"))
    monkeypatch.delitem(sys.modules, "toy")
    return letter


def test_the_printed_command_replays(baton: Baton, fixed_letter: str) -> None:
    [command] = [line for line in baton("show", "parked").out.splitlines() if "dead-letters replay" in line]
    result = baton(*command.split()[command.split().index("dead-letters") :], "--json")
    assert (result.code, result.object["status"], result.object["dead_letters"]) == (0, "done", [])
    assert result.object["output"]["reply"] == "You said: explode"
    assert "dead letter" not in baton("show", "parked").out


def test_without_a_fix_the_letter_is_open_again(baton: Baton, letter: str) -> None:
    result = baton("dead-letters", "replay", letter, "--json")
    assert (result.code, result.object["dead_letters"]) == (4, [letter])
    assert [row["status"] for row in list_letters(baton)] == ["open"]


def test_a_letter_is_discarded_with_a_reason(baton: Baton, letter: str) -> None:
    result = baton("dead-letters", "discard", letter, "a test")
    assert (result.code, result.err) == (0, f"discarded {letter} of parked\n")
    [row] = list_letters(baton)
    assert (row["status"], row["note"]) == ("discarded", "a test")
    assert "because: a test" in baton("dead-letters", "show", letter).out
    assert json.loads(baton("show", "parked", "--json").out)["status"] == "dead_lettered"


@pytest.mark.parametrize(
    "words,text",
    [
        (("show", "dl-none"), "no dead letter has the id 'dl-none'"),
        (("replay", "dl-none"), "no dead letter has the id 'dl-none'"),
        (("discard", "dl-none", "why"), "no dead letter has the id 'dl-none'"),
        (("discard", "LETTER"), "REASON"),
        (("discard", "LETTER", ""), "say why"),
        (("replay", "LETTER", "--budget-tokens", "0"), "--budget-tokens"),
        (("settle", "LETTER", "--done", "{"), "--done is not JSON"),
        (("settle", "LETTER", "--done", "[" * 100_000), "--done is not JSON"),
        (("--status", "lost"), "it is one of open, replayed, discarded"),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(
    baton: Baton, letter: str, words: tuple[str, ...], text: str
) -> None:
    before = list_letters(baton)
    result = baton("dead-letters", *(letter if word == "LETTER" else word for word in words))
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert text in result.err
    assert list_letters(baton) == before


def test_a_closed_letter_is_neither_replayed_nor_discarded(baton: Baton, letter: str) -> None:
    baton("dead-letters", "discard", letter, "a test")
    for words in (("replay", letter), ("discard", letter, "again")):
        result = baton("dead-letters", *words)
        assert (result.code, result.err) == (
            2,
            f"error: {letter} is not open (discarded: a test); nothing was changed\n",
        )


def test_a_changed_graph_is_refused_until_it_is_accepted(baton: Baton, fixed_letter: str, project: Path) -> None:
    graph = project / "toy.py"
    more = "class More(TypedDict):\n    more: str\n\n\nclass State(More, "
    graph.write_text(graph.read_text().replace("class State(", more))
    result = baton("dead-letters", "replay", fixed_letter)
    assert result.code == 2
    assert "toy changed since parked began" in result.err
    assert "--accept-change" in result.err
    assert baton("dead-letters", "replay", fixed_letter, "--accept-change", "--json").object["status"] == "done"


def test_a_run_that_ran_out_is_replayed_with_a_new_budget(
    baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = project / "toy.py"
    over = graph.read_text().replace('ValueError("it exploded")', 'OverBudget("poor", 9, 1)')
    graph.write_text(over.replace("import BadDecision", "import BadDecision, OverBudget"))
    monkeypatch.delitem(sys.modules, "toy", raising=False)
    assert baton("run", "toy", "explode", "--thread-id", "poor").code == 4
    monkeypatch.delitem(sys.modules, "toy", raising=False)
    [text] = list_letters(baton)
    way = f"dead-letters replay {text['id']} --budget-tokens N\n"
    assert way in baton("dead-letters", "show", text["id"]).out
    assert way in baton("show", "poor").out
