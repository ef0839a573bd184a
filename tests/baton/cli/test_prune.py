"""`baton runs --prune`."""

import json
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton


def test_a_dry_run_says_what_pruning_then_does(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "old")
    dry = json.loads(baton("runs", "--prune", "--older-than", "0", "--dry-run", "--json").out)
    done = json.loads(baton("runs", "--prune", "--older-than", "0", "--json").out)
    assert dry == {**done, "dry_run": True}
    assert done["runs"] == 1
    assert min(done["checkpoints"], done["writes"], done["spans"]) > 0
    assert [row["thread_id"] for row in json.loads(baton("runs", "--json").out)] == ["old"]
    assert json.loads(baton("runs", "--prune", "--older-than", "0", "--json").out)["checkpoints"] == 0


def test_a_run_that_waits_can_be_decided_after_pruning(baton: Baton) -> None:
    baton("run", "toy", "refund", "--thread-id", "asked")
    assert "pruned 1 runs" in baton("runs", "--prune", "--older-than", "0").err
    assert baton("decide", "asked", "--approve").code == 0


@pytest.mark.parametrize("wrong", [["--dry-run"], ["--prune", "--status", "done"], ["--prune", "--older-than", "-1"]])
def test_options_that_do_not_go_together(baton: Baton, wrong: list[str]) -> None:
    assert baton("runs", *wrong).code == 2


def test_nothing_is_made_for_pruning(baton: Baton, baton_home: Path) -> None:
    assert "pruned 0 runs" in baton("runs", "--prune").err
    assert not baton_home.exists()


def test_a_database_that_is_gone_is_not_an_empty_list(baton: Baton, baton_home: Path) -> None:
    baton("run", "toy", "hello")
    for file in baton_home.glob("baton.db*"):
        file.unlink()
    result = baton("runs")
    assert (result.code, result.out) == (1, "")
    assert "start afresh" in result.err
