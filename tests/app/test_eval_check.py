"""`baton eval check`: complaints a line each, counts as a table, exit code 2 where something is wrong."""

import json
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton


def line(example_id: str, quote: str) -> str:
    expected = {"route": "cards", "requests": [{"quote": quote, "route": "cards"}]}
    message = f"Where is my card? {example_id}"
    given = {"id": example_id, "inputs": {"message": message}, "expected": expected, "tags": ["plain"], "split": "dev"}
    return json.dumps(given)


@pytest.fixture
def good(project: Path) -> str:
    (project / "d.jsonl").write_text(f"{line('a', 'Where is my card?')}\n")
    return "d.jsonl"


def test_a_good_file_is_counted(baton: Baton, good: str, baton_home: Path) -> None:
    result = baton("eval", "check", good)
    assert (result.code, result.err) == (0, "")
    rows = [each.split() for each in result.out.splitlines()]
    assert ["of", "label", "dev", "test", "all"] in rows
    assert ["route", "cards", "1", "0", "1"] in rows
    assert ["tag", "plain", "1", "0", "1"] in rows
    assert not baton_home.exists()


def test_every_complaint_is_a_line_and_the_code_is_2(baton: Baton, project: Path) -> None:
    (project / "d.jsonl").write_text("\n".join(["{", line("a", "Where"), line("b", "Why"), line("c", "When")]))
    result = baton("eval", "check", "d.jsonl")
    assert result.code == 2
    told = result.err.splitlines()
    assert [each.partition(": ")[0] for each in told] == ["d.jsonl line 1", "d.jsonl b", "d.jsonl c", "error"]
    assert told[-1] == "error: 3 complaints; mend the lines named above"


def test_programs_get_an_object(baton: Baton, good: str) -> None:
    told = baton("eval", "check", good, "--json").object
    assert (told["examples"], told["complaints"]) == (1, [])
    assert {"kind": "route", "label": "cards", "dev": 1, "test": 0, "all": 1} in told["counts"]


def test_a_file_that_is_not_there_is_one_line(baton: Baton) -> None:
    result = baton("eval", "check", "no.jsonl")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
