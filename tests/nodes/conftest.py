"""Nodes by themselves: as plain functions, or as the only step of a graph where they need a run around them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from langgraph.graph import END, START
from langgraph.runtime import Runtime

from bank.clerk.desk import desk_bank
from bank.ledger.protocol import Bank
from baton import TypedStateGraph
from baton.runtime.resources import Resources, open_resources
from state.context import Context
from state.support_desk import State
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

Step = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(autouse=True)
def no_business(tmp_path: Path) -> None:
    """A project with the desk's offline model and no business, which would refuse strangers before they met a node."""
    (tmp_path / "baton.toml").write_text('[responders]\ndesk = "bank.responders:RESPONDERS"\n')


@pytest.fixture
async def resources(furnished: Path) -> AsyncIterator[Resources]:
    async with open_resources() as everything:
        yield everything


@pytest.fixture
async def bank(resources: Resources) -> Bank:
    return await resources.resource(desk_bank)


@pytest.fixture
def runtime() -> Callable[..., Runtime[Context]]:
    """What a node is handed besides its state."""
    return lambda **given: Runtime(context=Context(**given))


@pytest.fixture
def step(resources: Resources) -> Step:
    """The desk's steps, alone."""
    return partial(alone, keeps=State)


async def alone(node: Any, keeps: Any, **state: Any) -> dict[str, Any]:
    """What a run ends with of which a node is the only step; what it reads comes as keywords."""
    reads = get_type_hints(node, include_extras=True)[next(iter(signature(node).parameters))]
    builder: Any = TypedStateGraph(keeps, Context, input_schema=reads)
    builder.add_node("only", node).add_edge(START, "only").add_edge("only", END)
    ended: dict[str, Any] = await builder.compile(name="alone").ainvoke(state)
    return ended
