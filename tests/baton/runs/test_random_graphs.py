"""Random graphs, disturbed at random: what each asks for happens exactly once, nothing is left out, every run ends.

All of a sample lives in one process without threads, which forks a child for each generation; `make chaos` has many
more of them.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.baton.processes import process
from tests.baton.random_lives import disturbed_apart
from tests.baton.random_plans import Fan, Generation, Inner, Loop, Pay, Plan, draw

SAMPLE = 25
TRANSIENT, BROKEN = Pay("late", (5,), fault="transient", when="after"), Pay("broken", (5,), fault="broken", idle=(1,))
UNDISTURBED = Generation(None, "runner")
PLAIN, ASKING = Pay("plain", (5,)), Pay("asking", (5, 7), answers=("edit", "reject"))
FOUND = {
    "a retried step calls its graphs anew": [Plan(0, (Inner("calls", "twice", (PLAIN,), TRANSIENT),), ("runner",))],
    "a graph that is a retried node": [Plan(0, (Inner("node", "node", (PLAIN, TRANSIENT), parks=False),), ("runner",))],
    "a step that failed where it has nothing to pay": [
        Plan(0, (Loop("loop", 2, ((Fan("fan", (BROKEN,), (0,), branches=True),),)),), ("runner",))
    ],
    "somebody goes back to where a graph inside was at work": [
        Plan(
            0,
            (Inner("calls", "twice", (PLAIN, Pay("other", (5,)))),),
            ("bare",),
            (),
            (Generation(20, "bare"), Generation(kill, "bare", "noted"), Generation(None, "bare", "plain")),
        )
        for kill in range(48, 64, 3)
    ],
}
"""What random graphs found, each in its smallest form."""

TWO_QUESTIONS = [
    Plan(0, (Inner("calls", "called", (ASKING,)),), ("runner",), (), (Generation(kill, "runner"), UNDISTURBED))
    for kill in range(50, 64)
]


def live_all(plans: Sequence[Plan]) -> None:
    """In a process without threads: live all plans; `told.json` keeps the number of kills and what is wrong."""
    kills, wrong = 0, []
    for plan in plans:
        found = disturbed_apart(plan)
        kills += found.kills
        wrong += [found.told(plan)] if found.failed else []
    Path("told.json").write_text(json.dumps([kills, wrong]))


def lived(plans: Sequence[Plan]) -> tuple[int, list[str]]:
    """How many processes were killed while these plans lived, and what is wrong."""
    with process(live_all, plans) as living:
        living.join()
    kills, wrong = json.loads(Path("told.json").read_text())
    return kills, wrong


def test_whatever_a_graph_asks_for_happens_once() -> None:
    kills, wrong = lived([draw(seed) for seed in range(1, SAMPLE + 1)])
    assert wrong == [], "\n\n".join(wrong)
    assert kills > SAMPLE / 2


@pytest.mark.parametrize("name", FOUND)
def test_what_random_graphs_found_stays_mended(name: str) -> None:
    _, wrong = lived(FOUND[name])
    assert wrong == [], "\n\n".join(wrong)


def test_nothing_is_approved_that_nobody_was_asked_about() -> None:
    _, wrong = lived(TWO_QUESTIONS)
    assert wrong == [], "\n\n".join(wrong)


def test_a_seed_is_always_the_same_plan() -> None:
    assert [draw(seed) for seed in range(3)] == [draw(seed) for seed in range(3)]
