"""Edges read the state alone, so that a run can be looked at, forked and gone on with from outside, as in Studio."""

from collections.abc import Iterator, Mapping
from inspect import signature
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from langgraph.types import StateSnapshot

from baton.runs.registry import entries
from state.desk import ResolutionFields, ResolutionUpdate, RouteFields
from tests.graphs.conftest import Desk, load


class Case(NamedTuple):
    """A message as it is worked, with what is set for its run."""

    message: str
    customer_id: str | None = None
    given: Mapping[str, Any] = {"route_threshold": 0.4}


UNSURE = {"route_threshold": 1.0}
PIN = "How do I change my PIN?"
RAIN = "Will it rain in Bristol tomorrow?"
TWO = f"{PIN} What does a transfer abroad cost?"
FRAUD = "There is a payment of 64.00 at Cobalt Cycles. I never bought anything there."
REPLACED = "What does a replacement card cost, and what if it was stolen?"
TWICE = "I was charged twice at Kestrel Books, 24.90 each time. Please refund the second one."
HOTEL = "Lumen Hotel charged me twice for the same night: 180.00 and 180.00. Please refund one."
LOST = "Lumen Hotel charged me 180.00 twice. How long does the dispute take and what happens if I lose it?"
LONG = (
    "How do I change the PIN of my card to the PIN that my old card had, which I know by heart and have typed at every"
    " till of this town for ten years, now that the new card has come in the post with a letter and another PIN, one"
    " that I cannot remember however often I say it to myself on the way to the shop, so that I have stood at the till"
    " without it twice this week already?"
)
REJECTED = "My dispute was rejected. What can I do now, and how long have I got?"

EVERYWHERE = (Case(PIN), Case(RAIN))
CASES: dict[str, tuple[Case, ...]] = {
    "evaluator_optimizer": (Case(REPLACED),),
    "orchestrator_worker": (Case(TWICE, "C007"),),
    "routing": (Case(PIN, None, UNSURE),),
    "sectioning": (Case(TWO),),
    "voting": (Case(PIN, None, UNSURE), Case(FRAUD, "C021")),
    "support_desk": (
        *(Case(PIN, None, UNSURE), Case(TWO), Case(FRAUD, "C021"), Case(LONG), Case(HOTEL, "C012"), Case(LOST, "C012")),
        *(Case(TWO, None, UNSURE), Case(REJECTED, "C012")),
    ),
}
"""Messages that between them take a graph through all its steps, together with those that every graph is given."""

ITS_LAST_WORD = ResolutionFields.__annotations__.keys() - RouteFields.__annotations__.keys()
"""The keys that only a graph's last step writes; the route is known before."""


def builders(builder: Any) -> Iterator[Any]:
    """A graph's builder, and those of the graphs inside it."""
    yield builder
    for spec in builder.nodes.values():
        if (inside := getattr(spec.runnable, "builder", None)) is not None:
            yield from builders(inside)


def edges(graph: str) -> list[tuple[str, str, list[str]]]:
    """Every edge of a graph and of those inside it: the step that it follows, its name and what it takes."""
    return [
        (step, name, [*signature(branch.path.func).parameters])
        for builder in builders(load(graph).builder)
        for step, ends in builder.branches.items()
        for name, branch in ends.items()
    ]


@pytest.mark.parametrize("graph", sorted(entries()))
def test_an_edge_takes_the_state_and_nothing_else(graph: str) -> None:
    assert [each for each in edges(graph) if each[2] != ["state"]] == []
    assert edges(graph) or graph == "single_call"


def test_the_edges_of_inner_graphs_are_among_them() -> None:
    found = {(step, name) for step, name, _ in edges("support_desk")}
    inner = {("ask_person", "verdict"), ("gate_facts", "after_gate"), ("gate_plan", "fan_out_plan")}
    assert found > {("triage", "path"), ("combine", "after_combine"), ("tally", "after_tally"), *inner}
    assert ("retrieve", "has_policy") in {(step, name) for step, name, _ in edges("multi_agent")}


def others(snapshot: StateSnapshot, step: str) -> list[str]:
    """What comes next besides `step`: LangGraph lets a join that was updated from outside stand where it waited."""
    return sorted(name for name in snapshot.next if name != step)


@pytest.mark.parametrize("graph", sorted(entries()))
async def test_a_run_can_be_forked_at_each_of_its_steps_and_takes_the_same_way(desk: Desk, graph: str) -> None:
    built, asked = desk.kept(graph), set[str]()
    for message, customer_id, given in (*EVERYWHERE, *CASES.get(graph, ())):
        worked = await desk.work(message, customer_id, graph, **given)
        history = await desk.history(worked)
        latest = after = history[0]
        for snapshot in history:
            for task in snapshot.tasks:
                fork = await built.aupdate_state(snapshot.config, task.result, as_node=task.name)
                asked.add(task.name)
                if len(snapshot.tasks) == 1 and snapshot is not latest:
                    assert others(await built.aget_state(fork), task.name) == others(after, task.name)
            after = snapshot
    assert {name for name in built.builder.nodes if not name.startswith("__")} - asked == set()


@pytest.mark.parametrize(
    "graph, step, edited, goes_on",
    [
        ("routing", "classify", {"route": "other"}, ["escalate"]),
        ("routing", "classify", {"sure": False}, ["reconsider"]),
        ("agent", "classify", {"route": "other"}, ["escalate"]),
        ("support_desk", "classify", {"route": "fees"}, ["triage"]),
        ("support_desk", "classify", {"sure": False}, ["reconsider"]),
        ("support_desk", "triage", {"path": "vote"}, ["vote"]),
        ("voting", "convene", {"panel": ["words", "manner"], "sure": False}, ["reconsider", "vote", "vote"]),
        ("sectioning", "gate_sections", {"admitted": [PIN, TWO]}, ["section", "section"]),
    ],
)
async def test_an_edited_value_takes_the_run_another_way(
    desk: Desk, graph: str, step: str, edited: dict[str, Any], goes_on: list[str]
) -> None:
    history = await desk.history(await desk.work(PIN, graph=graph))
    after = next(later for later, stood in pairwise(history) if stood.next == (step,))
    fork = await desk.kept(graph).aupdate_state(after.config, edited, as_node=step)
    assert sorted((await desk.kept(graph).aget_state(fork)).next) == goes_on


@pytest.mark.parametrize("graph", sorted(entries()))
async def test_until_its_last_step_no_value_of_a_run_reads_like_its_outcome(desk: Desk, graph: str) -> None:
    for message, customer_id, given in (*EVERYWHERE, *CASES.get(graph, ())):
        worked = await desk.work(message, customer_id, graph, **given)
        for snapshot in await desk.history(worked):
            words = {name for name in ResolutionUpdate.__annotations__ if snapshot.values.get(name) is not None}
            last = words - RouteFields.__annotations__.keys() - (set() if snapshot.next else {"has_result"})
            assert last == (set() if snapshot.next else ITS_LAST_WORD), snapshot.next
