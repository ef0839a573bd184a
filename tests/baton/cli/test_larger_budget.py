"""A run without dead letters that spent its budget waits for a larger one, and goes on with it."""

import json
from pathlib import Path

import pytest

from tests.baton.agents import ASKED
from tests.baton.cli.conftest import Baton

SPENDER = "from tests.baton.agents import Teller, prebuilt\n\ngraph = prebuilt(Teller())\n"
WAY = "the budget is spent, and no further model is asked; go on with: baton resume small --budget-tokens N"


@pytest.fixture
def spent(baton: Baton, project: Path) -> None:
    """A prebuilt agent whose first answer spent its budget, after which it paid and would ask once more."""
    (project / "spender.py").write_text(SPENDER)
    registry = json.loads((project / "langgraph.json").read_text())
    registry["graphs"]["spender"] = "./spender.py:graph"
    (project / "langgraph.json").write_text(json.dumps(registry))
    given = ("--input", json.dumps(ASKED), "--thread-id", "small", "--budget-tokens", "17", "--json")
    ended = baton("run", "spender", *given)
    assert (ended.code, ended.object["status"]) == (1, "failed")
    assert ended.object["error"] == f"OverBudget: small: {WAY}"


@pytest.mark.usefixtures("spent")
def test_it_goes_on_with_a_larger_budget_and_repeats_nothing(baton: Baton, project: Path) -> None:
    again = baton("resume", "small", "--budget-tokens", "17", "--json")
    assert (again.code, again.object["status"]) == (1, "failed")
    ended = baton("resume", "small", "--budget-tokens", "1000", "--json")
    assert (ended.code, ended.object["status"]) == (0, "done")
    assert ended.object["output"]["messages"][-1]["content"] == "paid"
    assert ended.object["usage"]["model_calls"] == 2
    assert len((project / "paid").read_text().splitlines()) == 1


@pytest.mark.usefixtures("spent")
def test_all_leaves_it_and_says_what_it_waits_for(baton: Baton) -> None:
    baton("run", "bare", "hello", "--thread-id", "other")
    result = baton("resume", "--all", "--json")
    assert [each["thread_id"] for each in result.objects] == ["other"]  # which failed for another reason
    [told, _] = result.err.splitlines()
    assert told.startswith("1 run waits for a larger budget (")
    assert told.endswith(" resume THREAD --budget-tokens N): small")


@pytest.mark.usefixtures("spent")
def test_where_all_that_is_left_waits_for_a_budget_nothing_failed(baton: Baton) -> None:
    assert baton("resume", "--all").code == 0
    assert baton("resume", "small", "--budget-tokens", "1000").code == 0
    assert "budget" not in baton("resume", "--all").err


def test_a_run_that_cannot_go_on_keeps_its_budget_and_says_so(baton: Baton) -> None:
    baton("run", "toy", "refund", "--thread-id", "asked")
    refused = baton("resume", "asked", "--budget-tokens", "1000")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "error: asked is waiting; there is nothing to go on with, and its budget stays\n"
