"""Attempts are counted beyond a process, also where nobody knows when the first one began."""

from typing import Any

import pytest
from langgraph.graph import START
from langgraph.types import RetryPolicy

from baton.errors import DeadLettered, Transient
from baton.runtime import active
from baton.steps import attempts
from tests.baton.shop import Order, builder, on, shop

QUICK = RetryPolicy(initial_interval=0, jitter=False, max_attempts=3, retry_on=Transient)


@pytest.mark.parametrize("fails", [0, 1, 2, 3])
async def test_a_first_attempt_without_a_time_is_no_attempt_of_1970(
    fails: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Timeless:
        """What the framework knows of a step, but for the time of its first attempt."""

        node_first_attempt_time = None

        def __getattr__(self, name: str) -> Any:
            return getattr(active.execution_info(), name)

    monkeypatch.setattr(attempts, "execution_info", Timeless)
    left = iter([True] * fails + [False] * 3)

    async def step(_state: Order) -> Order:
        if next(left):
            raise Transient("busy")
        return {"verdict": "worked"}

    made = builder().add_node("step", step, retry_policy=QUICK).add_edge(START, "step")
    async with shop(made) as (graph, _):
        if fails < QUICK.max_attempts:
            assert (await graph.ainvoke({}, on("t")))["verdict"] == "worked"
        else:
            with pytest.raises(DeadLettered, match="busy"):
                await graph.ainvoke({"payee": "Ann"}, on("t"))
