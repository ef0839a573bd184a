"""Trials: a step is replaced wherever a graph has it, also in the parts that graphs share, and there alone."""

from typing import Any

import pytest

from baton.runs import registry
from benchmarks.blame import STEPS, _wrong
from benchmarks.trials import Step, with_step
from graphs.parts import ending


def functions(graph: Any, path: str) -> list[Any]:
    """The function of a step, and those around which it is wrapped."""
    *inner, name = path.split("/")
    for each in inner:
        graph = dict(graph.get_subgraphs())[each]
    found = [graph.builder.nodes[name].runnable.afunc]
    while inside := getattr(found[-1], "__wrapped__", None):
        found.append(inside)
    return found


@pytest.mark.parametrize("graph, path", [(graph, path) for graph, steps in STEPS.items() for path in steps])
def test_the_step_is_another_one_in_the_graph_alone(graph: str, path: str) -> None:
    made: list[Step] = []

    def change(step: Step) -> Step:
        made.append(_wrong(step))
        return made[0]

    with with_step(graph, STEPS[graph][path], path.rpartition("/")[2], change) as changed:
        assert made[0] in functions(changed, path)
    assert made[0] not in functions(registry.load(graph), path)


def test_the_parts_are_what_they_were() -> None:
    before = vars(ending)["reply"]
    with with_step("routing", "nodes.reply", "reply", _wrong):
        pass
    assert vars(ending)["reply"] is before
