"""Counters: rounds, widths and failed attempts are counted once each, beyond the life of a process."""

import asyncio
import operator
from typing import Annotated, Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START
from langgraph.types import RetryPolicy, Send, TimeoutPolicy
from typing_extensions import TypedDict

from baton.config.policies import transient
from baton.errors import CapReached, DeadLettered, Transient
from baton.runtime.resources import Resources
from baton.steps.counters import fan_out, forget_attempts, within
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph

CONFIG: Any = {"configurable": {"thread_id": "t1"}}
QUICK = RetryPolicy(initial_interval=0.001, max_interval=0.001, max_attempts=3, jitter=False, retry_on=transient)


class State(TypedDict, total=False):
    width: int
    seen: Annotated[list[int], operator.add]


class Killed(BaseException):
    """What a step sees of a process that dies: no handler runs, nothing is closed."""


def loop(step: Any) -> Any:
    builder = TypedStateGraph(State).add_node("step", step).add_edge(START, "step")
    return builder.add_conditional_edges("step", lambda _: "step", ["step"]).compile(InMemorySaver())


def only(step: Any, policy: Any = QUICK) -> Any:
    builder = TypedStateGraph(State).add_node("step", step, retry_policy=policy).add_edge(START, "step")
    return builder.add_edge("step", END).compile(InMemorySaver())


async def marks(resources: Resources) -> int:
    found = await resources.database.do(lambda tx: tx.execute("SELECT count(*) FROM counters").fetchone())
    return int(found[0])


async def test_a_loop_ends_at_its_cap_by_name(resources: Resources) -> None:
    rounds: list[int] = []

    async def step(state: State) -> State:
        rounds.append(await within("revise", 3))
        return {}

    with pytest.raises(CapReached, match="revise: the cap of 3 is reached") as caught:
        await loop(step).ainvoke({}, CONFIG)
    assert rounds == [1, 2, 3]
    assert (caught.value.name, caught.value.cap, await marks(resources)) == ("revise", 3, 3)


async def test_a_round_that_runs_again_counts_once_and_a_resumed_loop_goes_on_counting(resources: Resources) -> None:
    ran, counted = 0, []

    async def step(state: State) -> State:
        nonlocal ran
        ran += 1
        counted.append(await within("revise", 3))
        if ran in (2, 3):
            raise ValueError("cut off")
        return {}

    graph = loop(step)
    first: Any = {}
    for given in (first, None):
        with pytest.raises(ValueError, match="cut off"):
            await graph.ainvoke(given, CONFIG)
    for _ in range(3):
        with pytest.raises(CapReached):
            await graph.ainvoke(None, CONFIG)
    assert counted == [1, 2, 2, 2, 3]
    assert await marks(resources) == 3


async def test_branches_at_once_share_one_cap(resources: Resources) -> None:
    passed: list[int] = []

    async def worker(state: State) -> State:
        try:
            passed.append(await within("look-ups", 7))
        except CapReached:
            return {"seen": [0]}
        return {"seen": [1]}

    builder = TypedStateGraph(State).add_node(worker)
    graph = builder.add_conditional_edges(
        START, lambda _: fan_out([Send("worker", {}) for _ in range(40)], 40), ["worker"]
    ).compile()
    assert sum((await graph.ainvoke({}, CONFIG))["seen"]) == 7
    assert sorted(passed) == list(range(1, 8))


async def test_a_wider_fan_out_is_refused_whole_and_parked(resources: Resources) -> None:
    worked: list[int] = []

    async def plan(state: State) -> State:
        return {}

    async def worker(state: State) -> State:
        worked.append(1)
        return {}

    def spread(state: State) -> list[Send]:
        return fan_out([Send("worker", {})] * state["width"], 4)

    builder = TypedStateGraph(State).set_node_defaults(error_handler=dead_letter).add_node(plan).add_node(worker)
    graph = builder.add_edge(START, "plan").add_conditional_edges("plan", spread, ["worker"]).compile()
    await graph.ainvoke({"width": 4}, CONFIG)
    with pytest.raises(DeadLettered, match="cap_reached"):
        await graph.ainvoke({"width": 5}, CONFIG)
    assert len(worked) == 4
    sql = "SELECT step, reason, error FROM dead_letters"
    (letter,) = [tuple(row) for row in await resources.database.do(lambda tx: tx.execute(sql).fetchall())]
    assert letter == (
        "plan",
        "cap_reached",
        "CapReached: 5 branches were asked for at worker; the cap is 4",
    )


async def test_no_branch_is_no_fault() -> None:
    assert fan_out([], 3) == []


async def test_attempts_are_counted_over_deaths_of_the_process(resources: Resources) -> None:
    ran = 0

    async def step(state: State) -> State:
        nonlocal ran
        ran += 1
        if ran == 3:
            raise Killed
        raise Transient("busy")

    graph = only(step)
    with pytest.raises(Killed):
        await graph.ainvoke({}, CONFIG)
    with pytest.raises(CapReached, match="step failed 3 times, and 3 attempts are its most; the last error: busy"):
        await graph.ainvoke(None, CONFIG)
    assert ran == 4  # two failed, one was killed, one failed


async def test_a_step_that_had_all_its_attempts_gets_one_for_each_resume(resources: Resources) -> None:
    ran = 0

    async def step(state: State) -> State:
        nonlocal ran
        ran += 1
        raise Transient("busy")

    graph = only(step)
    with pytest.raises(Transient):
        await graph.ainvoke({}, CONFIG)
    assert ran == 3
    for more in (4, 5):
        with pytest.raises(CapReached):
            await graph.ainvoke(None, CONFIG)
        assert ran == more
    await resources.database.do(lambda tx: forget_attempts(tx, "t1", 1))
    with pytest.raises(Transient):
        await graph.ainvoke(None, CONFIG)
    assert ran == 8


async def test_a_policy_that_retries_everything_does_not_run_the_step_again(resources: Resources) -> None:
    ran = 0

    async def step(state: State) -> State:
        nonlocal ran
        ran += 1
        raise OSError("busy")

    graph = only(step, [QUICK, RetryPolicy(initial_interval=0.001, jitter=False, retry_on=(Exception,))])
    with pytest.raises(OSError, match="busy"):
        await graph.ainvoke({}, CONFIG)
    with pytest.raises(CapReached):
        await graph.ainvoke(None, CONFIG)
    assert ran == 4


@pytest.mark.parametrize("policy", [0.05, TimeoutPolicy(idle_timeout=0.05)])
async def test_time_outs_count_too(resources: Resources, policy: float | TimeoutPolicy) -> None:
    counts: list[int] = []

    async def step(state: State) -> State:

        counts.append(await marks(resources))
        await asyncio.sleep(10)
        return {}

    builder = TypedStateGraph(State).add_node("step", step, retry_policy=QUICK, timeout=policy).add_edge(START, "step")
    with pytest.raises(Exception, match="timeout"):
        await builder.compile(InMemorySaver()).ainvoke({}, CONFIG)
    assert counts == [0, 1, 2]


async def test_a_step_is_not_tried_again_beyond_its_deadline(resources: Resources) -> None:
    resources.settings.step_deadline_s = 1e-6

    async def step(state: State) -> State:
        raise Transient("busy")

    with pytest.raises(CapReached, match=r"BATON_STEP_DEADLINE_S.*busy"):
        await only(step).ainvoke({}, CONFIG)
    assert await marks(resources) == 1


@pytest.mark.parametrize("failures", [0, 1])
async def test_what_succeeds_writes_nothing(resources: Resources, failures: int) -> None:
    left = failures

    async def step(state: State) -> State:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Transient("busy")
        return {}

    await only(step).ainvoke({}, CONFIG)
    assert await marks(resources) == failures
