"""Nodes by themselves: as plain functions, or as the only step of a graph where they need a run around them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from inspect import signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from langgraph.graph import END, START
from langgraph.runtime import Runtime

from bank.desk import desk_bank
from bank.protocol import Bank
from baton import TypedStateGraph
from baton.plumbing import Plumbing, opened
from state.context import Context
from state.support_desk import State
from tests.ready import furnish, ready_home

Step = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ready_home(tmp_path_factory)


@pytest.fixture
def furnished(baton_home: Path, ready: Path) -> Path:
    """A home with a trained router and a bank."""
    furnish(baton_home, ready)
    return baton_home


@pytest.fixture
async def plumbing(furnished: Path) -> AsyncIterator[Plumbing]:
    async with opened() as everything:
        yield everything


@pytest.fixture
async def bank(plumbing: Plumbing) -> Bank:
    return await plumbing.resource(desk_bank)


@pytest.fixture
def runtime() -> Callable[..., Runtime[Context]]:
    """What a node is handed besides its state."""
    return lambda **given: Runtime(context=Context(**given))


@pytest.fixture
async def step(plumbing: Plumbing) -> Step:
    """Call a node as the only step of a run, with what it reads as keywords."""

    async def run(node: Any, **state: Any) -> dict[str, Any]:
        reads = get_type_hints(node, include_extras=True)[next(iter(signature(node).parameters))]
        builder: Any = TypedStateGraph(State, Context, input_schema=reads)
        builder.add_node("only", node).add_edge(START, "only").add_edge("only", END)
        ended: dict[str, Any] = await builder.compile(name="alone").ainvoke(state)
        return ended

    return run
