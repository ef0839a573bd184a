"""A call for a customer: the business of the project that the process runs in is asked before a run begins."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from langgraph.graph import START
from pydantic import Field
from typing_extensions import TypedDict

from baton.errors import BadSetting, UsageError
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph

BUSINESS = """
from baton import Business
asked = []
async def unknown(plumbing, customers):
    asked.extend(customers)
    return {each: f"nobody here is called {each!r}" for each in customers if each != "ann"}
BUSINESS = Business(unknown_customers=unknown)
BARE = Business()
"""


class Inquiry(TypedDict):
    message: str
    customer_id: Annotated[str | None, Field(default=None)]


class State(Inquiry, total=False):
    reply: str


async def work(state: Inquiry) -> State:
    return {"reply": f"{state['message']} to {state['customer_id']}"}  # type: ignore[typeddict-item]  # some of it


GRAPH: Any = TypedStateGraph(State, input_schema=Inquiry).add_node(work).add_edge(START, "work").compile(name="desk")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The working directory, with a business that knows Ann."""
    (tmp_path / "langgraph.json").write_text('{"graphs": {}}')
    (tmp_path / f"business_{tmp_path.name}.py").write_text(BUSINESS)
    named(tmp_path, "BUSINESS")
    return tmp_path


def named(folder: Path, business: str) -> None:
    (folder / "baton.toml").write_text(f'business = "business_{folder.name}:{business}"\n')


async def runs(resources: Resources) -> list[str]:
    rows = await resources.database.do(lambda tx: tx.execute("SELECT thread_id FROM runs").fetchall())
    return [row["thread_id"] for row in rows]


@pytest.mark.parametrize(
    "given,name",
    [({}, None), ({"customer_id": None}, None), ({"customer_id": ""}, ""), ({"customer_id": "ann"}, "ann")],
)
async def test_whoever_is_known_or_not_named_is_answered(project: Path, given: dict[str, Any], name: str) -> None:
    assert (await GRAPH.ainvoke({"message": "hi", **given}))["reply"] == f"hi to {name}"


@pytest.mark.parametrize("customer", ["bob", "Ann", "../ann", " "])
async def test_whom_nobody_knows_is_refused_before_a_run_begins(
    project: Path, resources: Resources, customer: str
) -> None:
    graph = GRAPH.copy({"checkpointer": resources.checkpointer})
    given, config = {"message": "hi", "customer_id": customer}, {"configurable": {"thread_id": "t"}}
    with pytest.raises(UsageError, match=f"^nobody here is called {customer!r}$"):
        await graph.ainvoke(given, config)
    with pytest.raises(UsageError, match="nobody here"):
        await anext(graph.astream(given, config))
    assert await runs(resources) == []


async def test_without_a_business_or_its_customers_nobody_is_asked(project: Path, tmp_path: Path) -> None:
    named(tmp_path, "BARE")
    assert (await GRAPH.ainvoke({"message": "hi", "customer_id": "bob"}))["reply"] == "hi to bob"


async def test_a_business_that_cannot_be_loaded_is_told_where_a_customer_is_named(project: Path) -> None:
    named(project, "NOTHING")
    with pytest.raises(BadSetting, match=r"business names business_.*:NOTHING, which cannot be loaded"):
        await GRAPH.ainvoke({"message": "hi", "customer_id": "ann"})
    assert (await GRAPH.ainvoke({"message": "hi"}))["reply"] == "hi to None"


async def test_the_default_of_an_input_is_declared_beside_its_type(project: Path, resources: Resources) -> None:
    graph = GRAPH.copy({"checkpointer": resources.checkpointer})
    await graph.ainvoke({"message": "hi"}, {"configurable": {"thread_id": "t"}})
    values = (await graph.aget_state({"configurable": {"thread_id": "t"}})).values
    assert values == {"message": "hi", "customer_id": None, "reply": "hi to None"}
