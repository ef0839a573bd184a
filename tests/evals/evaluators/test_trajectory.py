"""Trajectory: the steps that a message needs, in their order."""

import pytest

from evals.evaluators.trajectory import trajectory_scores
from evals.graph_steps import GraphSteps
from tests.evals.evaluators.expectations import expectation

KNOWN = GraphSteps(paths={"answered": ["classify", "draft", "reply"]})


@pytest.mark.parametrize(
    "path, right",
    [
        (["classify", "draft", "reply"], True),
        (["classify", "retrieve", "draft", "check", "reply"], True),
        (["draft", "classify", "reply"], False),
        (["classify", "draft"], False),
        ([], False),
    ],
)
def test_the_expected_steps_stand_in_the_path_in_their_order(path: list[str], *, right: bool) -> None:
    assert trajectory_scores(expectation(outcome="answered"), path, KNOWN) == {"trajectory": right}


def test_an_outcome_without_a_path_is_not_judged() -> None:
    assert trajectory_scores(expectation(outcome="declined"), ["classify"], KNOWN) == {}
    assert trajectory_scores(expectation(), ["classify"], KNOWN) == {}
