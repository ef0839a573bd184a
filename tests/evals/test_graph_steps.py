"""What is expected of the steps of our graphs: every graph, and only steps and expectations that there are."""

from typing import get_args

import pytest

from baton.runs import registry
from baton.runs.graph_shapes import step_paths
from evals.evaluators.owed import OWED
from evals.evaluators.steps import VERDICT
from evals.graph_steps import graph_steps
from state.desk import Outcome

OUTCOMES = {*get_args(Outcome), "waiting"}


@pytest.mark.parametrize("name", [*registry.entries()])
def test_each_graph_has_expectations_of_steps_that_it_has(name: str) -> None:
    known, steps = graph_steps(name), step_paths(registry.load(name))
    assert known.owes, "a graph whose steps owe nothing cannot be blamed"
    assert {*known.owes, *(step for path in known.paths.values() for step in path)} <= steps
    assert {each for owed in known.owes.values() for each in owed} <= {*OWED, VERDICT}
    assert set(known.paths) <= OUTCOMES
    assert all(any(step.startswith(branch) for step in steps) for branch in known.branches)


def test_a_strangers_graph_owes_nothing() -> None:
    assert graph_steps("theirs").owes == {}
