"""Agents of strangers on the plumbing as they are: killed, resumed, paid once, every model call in the books."""

import json
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState
from langgraph.prebuilt import ToolNode, tools_condition

from baton import request_approval
from baton.errors import DeadLettered, ShapeError
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph
from baton.storage import show
from tests.baton.agents import AGENTS, ASKED, TOLD, Teller, lives, pay, prebuilt
from tests.baton.asking import Payer
from tests.baton.processes import process
from tests.baton.questions import approve, questions, reject

CONFIG: Any = {"configurable": {"thread_id": "one"}}


@pytest.mark.slow
@pytest.mark.parametrize("kind", AGENTS)
def test_killed_at_each_commit_and_resumed_it_ends_the_same_and_pays_once(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "0.2")
    with process(lives, kind) as living:
        living.join(50)
        assert living.exitcode == 0
    *killed, undisturbed = json.loads((tmp_path / "told.json").read_text())
    assert len(killed) >= 6
    for life in killed:
        assert (life["status"], life["messages"]) == ("done", undisturbed["messages"])
        assert len({*life["paid"]}) == 1, life["paid"]
        asked = [tuple(each) for each in life["steps"] if each[1]]
        assert {*asked} == {each for each in TOLD[kind] if each[1]}  # one whose answer was lost was asked again
    assert [tuple(each) for each in undisturbed["steps"]] == TOLD[kind]


def of_messages(**nodes: Any) -> Any:
    builder: Any = TypedStateGraph(MessagesState).set_node_defaults(error_handler=dead_letter)
    for name, node in nodes.items():
        builder.add_node(name, node)
    return builder.add_edge(START, next(iter(nodes)))


async def calls(resources: Resources, thread: str = "one") -> list[tuple[str, str, Any, Any, Any]]:
    steps = await resources.database.do(lambda tx: show.steps(tx, thread, 1))
    return [
        (each["step"], each["status"], each["input_tokens"], each["output_tokens"], each["cost_usd"])
        for each in steps
        if each["model_calls"]
    ]


@pytest.mark.parametrize(
    "form", [[{"role": "user", "content": "pay"}], [("user", "pay")], "pay", [HumanMessage("pay")], HumanMessage("pay")]
)
async def test_messages_are_taken_in_every_form_and_lose_nothing(resources: Resources, form: Any) -> None:
    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await Teller().ainvoke(state["messages"])]}

    builder = of_messages(agent=agent, tools=ToolNode([pay])).add_edge("tools", "agent")
    graph = builder.add_conditional_edges("agent", tools_condition).compile(resources.checkpointer)
    said = (await graph.ainvoke({"messages": form}, CONFIG))["messages"]
    assert [each.type for each in said] == ["human", "ai", "tool", "ai"]
    assert said[1].tool_calls == [{"name": "pay", "args": {"amount": 5}, "id": "call-1", "type": "tool_call"}]
    assert said[1].usage_metadata == {"input_tokens": 10, "output_tokens": 7, "total_tokens": 17}
    assert all(each.id for each in said)
    assert (await graph.aget_state(CONFIG)).values["messages"] == said
    assert await calls(resources) == [("agent", "done", 10, 7, None), ("agent", "done", 30, 7, None)]


@pytest.mark.parametrize(
    "form", [[{"content": "pay"}], [{"role": "nobody", "content": "x"}], [7], [("user", "a", "b")]]
)
async def test_what_is_no_message_is_refused_in_one_line(resources: Resources, form: Any) -> None:
    async def agent(_state: MessagesState) -> dict[str, Any]:
        return {"messages": []}

    with pytest.raises(ShapeError, match="message 0 is none") as caught:
        await of_messages(agent=agent).compile(resources.checkpointer).ainvoke({"messages": form}, CONFIG)
    assert "\n" not in str(caught.value)


async def test_a_prebuilt_agent_is_a_step_and_its_tokens_stream(resources: Resources) -> None:
    graph = of_messages(desk=prebuilt(Teller())).compile(resources.checkpointer)
    parts = [part async for part in graph.astream(ASKED, CONFIG, stream_mode="messages", subgraphs=True)]
    assert {each[0].type for _, each in parts} >= {"ai", "tool"}
    said = (await graph.aget_state(CONFIG)).values["messages"]
    assert [each.type for each in said] == ["human", "ai", "tool", "ai"]
    assert await calls(resources) == [("desk/model", "done", 10, 7, None), ("desk/model", "done", 30, 7, None)]


async def test_a_model_that_does_not_say_what_it_used_is_shown_so_and_never_as_nothing(resources: Resources) -> None:
    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await Teller(says=False).ainvoke(state["messages"])]}

    await of_messages(agent=agent).compile(resources.checkpointer).ainvoke(ASKED, CONFIG)
    assert await calls(resources) == [("agent", "done", None, None, None)]


async def test_once_the_budget_is_spent_no_further_model_is_asked(resources: Resources) -> None:
    graph = of_messages(desk=prebuilt(Teller())).compile(name="spender")
    runner = Runner(resources, {"spender": graph}.__getitem__)
    [thread] = await runner.queue("spender", [Job(ASKED)], budget_tokens=17)
    run = await runner.resume(thread)
    assert (run["status"], run["usage"]["model_calls"], run["usage"]["input_tokens"]) == ("dead_lettered", 1, 10)
    assert "the budget is spent" in str(run["error"])
    [letter] = run["dead_letters"]
    again = await runner.replay(letter, budget_tokens=1000)
    assert (again["status"], again["output"]["messages"][-1]["content"]) == ("done", "paid")


async def test_a_model_that_fails_leaves_a_call_that_says_why(resources: Resources) -> None:
    class Broken(Teller):
        def _generate(self, *_: Any, **__: Any) -> Any:
            raise OSError("no line")

    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await Broken().ainvoke(state["messages"])]}

    with pytest.raises(DeadLettered):
        await of_messages(agent=agent).compile(resources.checkpointer).ainvoke(ASKED, CONFIG)
    [row] = await resources.database.do(lambda tx: tx.execute("SELECT status, error FROM model_calls").fetchall())
    assert tuple(row) == ("failed", "OSError: no line")


async def test_an_unknown_tool_is_told_to_the_model(resources: Resources) -> None:
    @tool
    async def other() -> str:
        """Do something else."""
        return ""

    async def agent(_state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("", tool_calls=[{"name": "pay", "args": {}, "id": "c"}])]}

    builder = of_messages(agent=agent, tools=ToolNode([other])).add_edge("agent", "tools")
    said = (await builder.compile(resources.checkpointer).ainvoke(ASKED, CONFIG))["messages"]
    assert (said[-1].status, "not a valid tool" in said[-1].content) == ("error", True)


@tool
async def pay_if_approved(payee: str, amount: str) -> str:
    """Pay somebody, if a person says so."""
    decision = await request_approval("pay", {"payee": payee, "amount": amount}, description=payee, check=unchanged)
    return f"{decision.type} {payee}"


async def unchanged(args: dict[str, Any]) -> dict[str, Any]:
    return args


def two_calls_of_one_message(of_tools: Any) -> dict[str, Any]:
    """A model that makes two tool calls at once, before these tools."""
    model = Payer(payees=["Ann", "Bob"], tool="pay_if_approved")

    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    return {"agent": agent, "tools": of_tools([pay_if_approved])}


async def test_two_calls_of_one_message_that_both_ask_are_refused_by_a_tool_node_with_the_way_out(
    resources: Resources,
) -> None:
    builder = of_messages(**two_calls_of_one_message(ToolNode)).add_edge("tools", "agent")
    graph = builder.add_conditional_edges("agent", tools_condition).compile(resources.checkpointer)
    with pytest.raises(DeadLettered, match="parallel_tool_calls=False") as refused:
        await graph.ainvoke({"messages": "pay"}, CONFIG)
    assert refused.value.reason == "second_question"
    assert await questions(resources, "one") == []


async def test_two_calls_of_one_message_that_both_ask_are_two_questions_with_create_agent(
    resources: Resources,
) -> None:
    agent: Any = create_agent(Payer(payees=["Ann", "Bob"], tool="pay_if_approved"), [pay_if_approved])
    runner = Runner(resources, {"agent": agent}.__getitem__)
    await runner.queue("agent", [Job(ASKED, "one")])
    one, two = (await runner.resume("one"))["waiting_for"]
    await runner.decide("one", approve(), interrupt_id=one["interrupt_id"])
    run = await runner.decide("one", reject(), interrupt_id=two["interrupt_id"])
    names = [each["action_requests"][0]["args"]["payee"] for each in (one, two)]
    assert (run["status"], sorted(run["output"]["messages"][-1]["content"].split("; "))) == (
        "done",
        sorted([f"approve {names[0]}", f"reject {names[1]}"]),
    )
