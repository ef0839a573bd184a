"""A message gets what it would get on a fresh thread, whatever its thread was for; `make chaos` has all pairs."""

from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest

from baton.config.settings import settings
from baton.runs import execution
from baton.runs.registry import entries, load
from baton.steps import adhoc
from tests.graphs.second_messages import (
    ANOTHER,
    FOUND,
    PAIRS,
    THREAD,
    WAYS,
    Message,
    Pair,
    Told,
    Way,
    by_runner,
    differences,
    worked,
)
from tests.ready import furnish

pytestmark = pytest.mark.slow

GRAPHS = sorted(entries())
NAMES = [*PAIRS]
ALSO = ("the same refund for two", "rejected, then the same approved", "one at once, then two that wait")
"""On the desk, which alone acts."""

SAMPLE = [(graph, FOUND) for graph in GRAPHS]
SAMPLE += [(graph, NAMES[(place * 7 + 3) % len(NAMES)]) for place, graph in enumerate(GRAPHS)]
SAMPLE += [("support_desk", name) for name in ALSO]
Working = Callable[[str, Pair, str, Way], Awaitable[Told]]


@pytest.fixture
def working(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Working:
    """Works a pair in a home of its own, at a bank to which nothing has happened."""
    numbers = count()

    async def work(graph: str, pair: Pair, thread: str, way: Way) -> Told:
        home = tmp_path / f"home-{next(numbers)}"
        furnish(home, ready)
        monkeypatch.setenv("BATON_HOME", str(home))
        settings.cache_clear()
        return await worked(graph, pair, thread, way)

    return work


def test_there_are_forty_pairs_and_the_one_that_was_found() -> None:
    assert len(PAIRS) == len(set(map(repr, PAIRS.values()))) == 40
    found = PAIRS[FOUND]
    assert found.first.inquiry == {
        "message": "I lost my card on the bus. Please freeze my card.",
        "customer_id": "C010",
    }
    assert found.second.inquiry == {"message": "How long does a new card take?", "customer_id": "C009"}
    assert {graph for graph, _ in SAMPLE} == set(GRAPHS)


@pytest.mark.parametrize("graph, name", SAMPLE)
async def test_the_second_message_of_a_thread_gets_what_it_gets_alone(working: Working, graph: str, name: str) -> None:
    alone = await working(graph, PAIRS[name], ANOTHER, by_runner)
    for way in WAYS.values():
        assert differences(await working(graph, PAIRS[name], THREAD, way), alone) == []


async def test_a_question_after_a_lost_card_is_answered_and_freezes_nothing(working: Working) -> None:
    for way in WAYS.values():
        told = await working("support_desk", PAIRS[FOUND], THREAD, way)
        assert (told["status"], told["output"]["outcome"], told["output"]["route"]) == ("done", "answered", "cards")
        assert told["output"]["actions"] == []
        assert "frozen" not in told["output"]["reply"]
        [frozen] = told["log"]
        assert (frozen["action"], frozen["args"]) == ("freeze_card", {"card_id": "K0013"})


async def test_the_first_messages_take_the_desk_through_all_that_it_does(working: Working) -> None:
    outcomes, taken = set[str](), set[str]()
    for first, sure in {repr(pair.first): (pair.first, pair.sure) for pair in PAIRS.values()}.values():
        told = await working("support_desk", Pair(Message("Hello"), first, sure), ANOTHER, by_runner)
        outcomes.add(told["output"]["outcome"])
        taken |= {str(step).partition("/")[0] for step, *_ in told["steps"]}
    assert outcomes == {"answered", "acted", "declined", "escalated"}
    assert {name for name in load("support_desk").builder.nodes if not name.startswith("__")} - taken == set()


@pytest.mark.parametrize("way", WAYS)
async def test_a_state_that_lives_on_is_seen(working: Working, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """The judge judges: where a run begins with what the last one left, the second message shows it."""

    async def keep_all(*_: object) -> None:
        pass

    alone = await working("support_desk", PAIRS[FOUND], ANOTHER, by_runner)
    for module in (adhoc, execution):
        monkeypatch.setattr(module, "start_clean", keep_all)
    assert differences(await working("support_desk", PAIRS[FOUND], THREAD, WAYS[way]), alone)
