"""What is one effect: the plain call of the docs is right in a loop, a fan-out, a graph in a graph and a tool."""

import asyncio
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import RetryPolicy, Send
from typing_extensions import TypedDict

from baton import TypedStateGraph, dead_letter, effect
from baton.errors import DeadLettered, Transient
from tests.baton.shop import Order, Receiver, builder, fan_out, line, loop, on, paying, shop

PAYEES = [["Ann", "Ann"], ["Ann", "Bob", "Cy"], ["Ann"], ["Bob", "Ann", "Bob", "Ann", "Bob", "Ann"]]


def paths(receiver: Receiver) -> list[str]:
    """The keys without thread, run and desk."""
    return [key.split(":", 3)[3] for key in receiver.requests]


@pytest.mark.parametrize("payees", PAYEES)
@pytest.mark.parametrize("made", [fan_out, loop])
async def test_each_is_paid_once(made: Any, payees: list[str]) -> None:
    receiver = Receiver()
    async with shop(made(receiver)) as (graph, _):
        ended = await graph.ainvoke({"payees": payees}, on("t"))
        assert sorted(receiver.payees) == sorted(payees)
        assert sorted(ended["receipts"]) == list(range(1, len(payees) + 1))


@pytest.mark.parametrize("payees", PAYEES)
async def test_each_is_paid_once_by_a_bare_call_that_keeps_nothing(payees: list[str]) -> None:
    receiver = Receiver()
    for made in (fan_out(receiver), loop(receiver)):
        await made.compile(name="shop").ainvoke({"payees": payees})
    assert sorted(receiver.payees) == sorted(payees * 2)


async def test_a_key_says_thread_run_desk_path_and_occurrence() -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver, occurrence="first"))) as (graph, resources):
        await graph.ainvoke({"payee": "Ann"}, on("t"))
        assert receiver.requests == [f"t:1:{resources.database.id}:pay@1/pay:first"]


async def test_a_path_names_visits_sends_and_calls_from_the_outside_in() -> None:
    receiver = Receiver()
    inner = line(paying(receiver)).compile(name="inner")

    async def call(state: Order) -> Order:
        for _ in range(2):
            await inner.ainvoke({"payee": state["payee"]})
        return {"at": state.get("at", 0) + 1}

    def spread(_state: Order) -> list[Send]:
        return [Send("pay", {"payee": "Ann"}), Send("inner", {"payee": "Bob"}), Send("pay", {"payee": "Ann"})]

    def again(state: Order) -> str:
        return "call" if state["at"] < 2 else END

    async def join(_state: Order) -> Order:
        return {"verdict": "joined"}

    made = builder().add_node(call).add_node("pay", paying(receiver)).add_node("inner", inner)
    made.add_node(join, defer=True).add_edge(START, "call").add_conditional_edges("call", spread, ["pay", "inner"])
    made.add_edge("pay", "join").add_edge("inner", "join").add_conditional_edges("join", again, ["call", END])
    async with shop(made) as (graph, _):
        await graph.ainvoke({"payee": "Cy"}, on("t"))
    rounds = [
        ["call@{}/pay@1", "call@{}/1:pay@1", "pay@{}.0", "inner@{}.0/pay@1", "pay@{}.1"][each] for each in range(5)
    ]
    expected = [f"{part.format(number)}/pay:0" for number in (1, 2) for part in rounds]
    assert sorted(paths(receiver)) == sorted(expected)


async def test_one_more_send_of_another_kind_shifts_no_key() -> None:
    keys = []
    for extra in (False, True):
        receiver = Receiver()

        def spread(_state: Order, *, extra: bool = extra) -> list[Send]:
            others = [Send("note", {"payee": "x"})] if extra else []
            return [*others, Send("pay", {"payee": "Ann"}), *others, Send("pay", {"payee": "Bob"})]

        async def plan(_state: Order) -> Order:
            return {"at": 1}

        async def note(_state: Order) -> Order:
            return {"receipts": []}

        made = builder().add_node(plan).add_node(note).add_node("pay", paying(receiver)).add_edge(START, "plan")
        made.add_conditional_edges("plan", spread, ["pay", "note"])
        async with shop(made) as (graph, _):
            await graph.ainvoke({"payee": "x"}, on(f"t{extra}"))
        keys.append(sorted(paths(receiver)))
    assert keys[0] == keys[1] == ["pay@1.0/pay:0", "pay@1.1/pay:0"]


async def test_a_second_effect_of_a_step_without_a_name_is_refused_and_the_first_stands() -> None:
    receiver = Receiver()

    async def pay(state: Order) -> Order:
        for payee in state["payees"]:
            await effect("pay", {"payee": payee, "amount": "5.00"}, receiver.payment(payee))
        return {"verdict": "paid"}

    async with shop(line(pay)) as (graph, _):
        with pytest.raises(DeadLettered, match=r"pay asks for pay a second time, without a name; the first stands"):
            await graph.ainvoke({"payees": ["Ann", "Ann"]}, on("t"))
        assert receiver.payees == ["Ann"]


@pytest.mark.parametrize("at_once", [False, True])
async def test_several_effects_of_a_step_each_with_a_name_all_happen(*, at_once: bool) -> None:
    receiver = Receiver()

    async def pay(state: Order) -> Order:
        calls = [
            effect("pay", {"payee": payee}, receiver.payment(payee), occurrence=f"{number}")
            for number, payee in enumerate(state["payees"])
        ]
        made = await asyncio.gather(*calls) if at_once else [await call for call in calls]
        return {"receipts": [each["number"] for each in made]}

    async with shop(line(pay)) as (graph, _):
        assert (await graph.ainvoke({"payees": ["Ann", "Ann", "Bob"]}, on("t")))["receipts"] == [1, 2, 3]


async def test_the_same_name_twice_in_a_step_is_refused() -> None:
    receiver = Receiver()

    async def pay(state: Order) -> Order:
        for _ in range(2):
            await effect("pay", {"payee": state["payee"]}, receiver.payment(state["payee"]), occurrence="one")
        return {"verdict": "paid"}

    async with shop(line(pay)) as (graph, _):
        with pytest.raises(DeadLettered, match="'one' again"):
            await graph.ainvoke({"payee": "Ann"}, on("t"))
        assert receiver.payees == ["Ann"]


@pytest.mark.parametrize("occurrence", ["", "x" * 65, 7, ["a"]])
async def test_an_occurrence_that_is_no_short_text_is_refused_before_anything_is_fired(occurrence: Any) -> None:
    receiver = Receiver()
    async with shop(line(paying(receiver, occurrence=occurrence))) as (graph, _):
        with pytest.raises(DeadLettered, match="an occurrence is a text of 1 to 64 characters"):
            await graph.ainvoke({"payee": "Ann"}, on("t"))
        assert receiver.requests == []


async def test_a_step_that_tries_its_own_effect_again_may_do_so() -> None:
    receiver, tries = Receiver(), iter([Transient("busy"), None])

    async def pay(state: Order) -> Order:
        async def send(key: str) -> dict[str, Any]:
            if fault := next(tries):
                raise fault
            return await receiver.payment("Ann")(key)

        for _ in range(2):
            try:
                return {"receipts": [(await effect("pay", {"payee": state["payee"]}, send))["number"]]}
            except Transient:
                continue
        return {"verdict": "gave up"}

    async with shop(line(pay)) as (graph, _):
        assert (await graph.ainvoke({"payee": "Ann"}, on("t")))["receipts"] == [1]


async def test_a_retried_step_asks_with_the_same_key() -> None:
    receiver, fails = Receiver(), iter([True, False])

    async def pay(state: Order) -> Order:
        receipt = await effect("pay", {"payee": state["payee"]}, receiver.payment("Ann"))
        if next(fails):
            raise Transient("after the payment")
        return {"receipts": [receipt["number"]]}

    made = builder().add_node(pay, retry_policy=RetryPolicy(initial_interval=0, jitter=False, retry_on=Transient))
    async with shop(made.add_edge(START, "pay")) as (graph, _):
        assert (await graph.ainvoke({"payee": "Ann"}, on("t")))["receipts"] == [1]
        assert paths(receiver) == ["pay@1/pay:0"], "the second attempt had the receipt already"


async def test_a_fork_without_edits_repeats_nothing_and_one_with_edits_is_refused_aloud() -> None:
    receiver = Receiver()

    async def look(state: Order) -> Order:
        return {"payee": state["payee"]}

    async with shop(line(look, paying(receiver))) as (graph, _):
        await graph.ainvoke({"payee": "Ann"}, on("t"))
        [before] = [each.config async for each in graph.aget_state_history(on("t")) if each.next == ("pay",)]
        await graph.ainvoke(None, before)
        assert receiver.requests == receiver.requests[:1], "the receipt was there"
        edited = await graph.aupdate_state(before, {"payee": "Bob"})
        with pytest.raises(DeadLettered, match=r"was started with .*Ann.* and is now asked for with .*Bob"):
            await graph.ainvoke(None, edited)
        assert receiver.payees == ["Ann"]


async def test_a_loop_after_a_fork_goes_on_with_the_keys_that_it_had() -> None:
    receiver = Receiver()
    async with shop(loop(receiver)) as (graph, _):
        await graph.ainvoke({"payees": ["Ann", "Ann", "Bob"]}, on("t"))
        history = [each async for each in graph.aget_state_history(on("t"))]
        for old in [each for each in history if each.next]:
            if old.metadata["source"] == "loop":
                await graph.ainvoke(None, old.config)
        assert receiver.payees == ["Ann", "Ann", "Bob"]


async def test_an_update_on_the_way_counts_as_no_visit() -> None:
    receiver = Receiver()
    async with shop(loop(receiver), interrupt_after=["pay"]) as (graph, _):
        await graph.ainvoke({"payees": ["Ann", "Bob"]}, on("t"))
        await graph.aupdate_state(on("t"), {"note": "looked at"}, as_node="pay")
        await graph.ainvoke(None, on("t"))
        assert paths(receiver) == ["pay@1/pay:0", "pay@2/pay:0"]


async def test_a_step_that_failed_after_its_effect_and_is_visited_again_pays_again() -> None:
    receiver = Receiver()

    async def pay(state: Order) -> Order:
        at = state.get("at", 0)
        await effect("pay", {"payee": state["payee"]}, receiver.payment(state["payee"]))
        if at == 0:
            raise ValueError("the first round fails once it has paid")
        return {"at": at + 1}

    from langgraph.errors import NodeError  # noqa: PLC0415 - for this handler alone
    from langgraph.types import Command  # noqa: PLC0415

    async def again(_state: Any, error: NodeError) -> Command[Any]:
        assert error.node == "pay"
        return Command(update={"at": 1}, goto="pay")

    made: Any = TypedStateGraph(Order)
    made.add_node(pay, error_handler=again).add_edge(START, "pay").add_edge("pay", END)
    async with shop(made) as (graph, _):
        await graph.ainvoke({"payee": "Ann"}, on("t"))
    assert paths(receiver) == ["pay@1/pay:0", "pay@2/pay:0"]


async def test_calls_of_a_tool_are_told_apart_by_their_ids() -> None:
    receiver = Receiver()

    @tool
    async def pay(payee: str) -> str:
        """Pay somebody."""
        return str((await effect("pay", {"payee": payee}, receiver.payment(payee)))["number"])

    calls: Any = [{"name": "pay", "args": {"payee": "Ann"}, "id": f"c{each}", "type": "tool_call"} for each in (1, 2)]

    async def model(_state: MessagesState) -> MessagesState:
        return {"messages": [AIMessage("", tool_calls=calls)]}

    made: Any = TypedStateGraph(MessagesState)
    made.set_node_defaults(error_handler=dead_letter).add_node(model).add_node("tools", ToolNode([pay]))
    made.add_edge(START, "model").add_edge("model", "tools").add_edge("tools", END)
    async with shop(made) as (graph, _):
        await graph.ainvoke({"messages": [HumanMessage("pay Ann twice")]}, on("t"))
    assert sorted(paths(receiver)) == ["tools@1/c1/pay:0", "tools@1/c2/pay:0"]


async def test_a_graph_that_counts_no_visits_needs_names() -> None:
    receiver = Receiver()

    class Plain(TypedDict, total=False):
        name: str
        made: Annotated[list[int], lambda old, new: old + new]

    async def pay(state: Plain) -> Plain:
        occurrence = state.get("name")
        return {"made": [(await effect("pay", {}, receiver.payment("Ann"), occurrence=occurrence))["number"]]}

    inner = StateGraph(Plain).add_node("pay", pay).add_edge(START, "pay").compile()

    async def call(state: Order) -> Order:
        given: Any = {"name": state["note"]} if "note" in state else {"made": []}
        return {"receipts": (await inner.ainvoke(given))["made"]}

    async with shop(line(call)) as (graph, _):
        with pytest.raises(DeadLettered, match="counts no visits; give the effect an `occurrence`"):
            await graph.ainvoke({"payee": "Ann"}, on("t"))
        assert receiver.requests == []
        assert (await graph.ainvoke({"note": "named"}, on("t")))["receipts"] == [1]


async def test_a_plain_graph_as_a_node_is_counted_like_any_other() -> None:
    receiver = Receiver()

    class Plain(TypedDict, total=False):
        payee: str
        receipts: list[int]

    async def pay(state: Plain) -> Plain:
        return {"receipts": [(await effect("pay", {}, receiver.payment(state["payee"])))["number"]]}

    inner = StateGraph(Plain).add_node("pay", pay).add_edge(START, "pay").compile()
    made = builder().add_node("inner", inner).add_edge(START, "inner").add_edge("inner", END)
    async with shop(made) as (graph, _):
        await graph.ainvoke({"payee": "Ann"}, on("t"))
    assert paths(receiver) == ["inner@1/pay@1/pay:0"]


async def test_a_node_of_a_plain_graph_that_runs_again_for_a_retry_of_the_step_around_it_asks_for_the_same() -> None:
    receiver, fails = Receiver(), iter([True, False])

    class Plain(TypedDict, total=False):
        number: int

    async def pay(_: Plain) -> Plain:
        receipt = await effect("pay", {}, receiver.payment("Ann"), occurrence="only")
        if next(fails):
            raise Transient("after the payment")
        return {"number": receipt["number"]}

    plain = StateGraph(Plain).add_node("pay", pay)  # type: ignore[arg-type]
    inner = plain.add_edge(START, "pay").compile()

    async def call(_: Order) -> Order:
        return {"receipts": [(await inner.ainvoke({"number": 0}))["number"]]}

    policy = RetryPolicy(initial_interval=0.001, jitter=False, retry_on=Transient)
    async with shop(line(call).set_node_defaults(retry_policy=policy)) as (graph, _):
        assert (await graph.ainvoke({"payee": "Ann"}, on("t")))["receipts"] == [1]
    assert len(receiver.requests) == 1
