"""What is taken from LangGraph beyond its public face is still as we know it; a name here is the name that changed."""

import inspect
import re
from typing import Annotated, Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.errors import GraphInterrupt, NodeError
from langgraph.graph import END, START, StateGraph, add_messages
from langgraph.types import Command, RetryPolicy, Send, TimeoutPolicy, interrupt
from typing_extensions import TypedDict

from baton import _langgraph as ground
from tests.test_house import ROOT

Seen = dict[str, Any]


class State(TypedDict, total=False):
    at: int
    kept: str
    messages: Annotated[list[Any], add_messages]


def one_step(look: Any) -> Any:
    """A graph of one step; `look` is called in it."""

    async def step(_state: State) -> State:
        look(get_config())
        return {"at": 1}

    made: Any = StateGraph(State)
    made.add_node("step", step).add_edge(START, "step").add_edge("step", END)
    compiled = made.compile(checkpointer=InMemorySaver())
    compiled.channels[ground.VISITS] = ground.visits_channel()
    return compiled


def on(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


async def test_merge_configurable_is_inside_task_task_around_and_has_saver_around() -> None:
    seen: Seen = {}

    def look(config: Any) -> None:
        seen["ambient"] = ground.merge_configurable(None)
        seen["own"] = ground.merge_configurable({"configurable": {"thread_id": "other"}})
        seen["more"] = ground.merge_configurable({"configurable": {"a": 1}})
        seen["inside"] = ground.is_inside_task(config["configurable"])
        seen["task"] = ground.task_around(config["configurable"])
        seen["saver"] = ground.has_saver_around(config["configurable"])

    await one_step(look).ainvoke({"at": 0}, on("t"))
    assert (seen["ambient"]["thread_id"], seen["own"], seen["inside"]) == ("t", {"thread_id": "other"}, True)
    assert (seen["more"]["thread_id"], seen["more"]["a"]) == ("t", 1)
    assert (seen["task"][1], seen["saver"]) == (f"step:{seen['task'][0]}", True)


async def test_namespace_of_is_names_and_task_ids_also_in_an_error_handler() -> None:
    seen: list[str] = []

    async def step(_state: State) -> State:
        seen.append(ground.namespace_of(get_config()))
        raise ValueError("no")

    async def handle(_state: State, error: NodeError) -> Command[Any]:
        seen.append(ground.namespace_of(get_config()))
        return Command(goto=END)

    made: Any = StateGraph(State)
    made.set_node_defaults(error_handler=handle)
    made.add_node("step", step).add_edge(START, "step")
    await made.compile().ainvoke({"at": 0})
    assert seen[0].partition(":")[0] == "step"
    assert seen[0] == seen[1]


async def test_read_visits_write_visit_and_with_visit_writes_go_through_a_channel_that_nobody_sees() -> None:
    found: list[Any] = []

    async def step(state: State) -> Any:
        config = get_config()
        found.append(ground.read_visits(config))
        ground.write_visit(config, "by hand", len(found))
        update = {"at": state["at"] + 1, ground.VISITS: {"step": len(found)}}
        return update if state["at"] else Command(update=update, goto="step")

    made: Any = StateGraph(State)
    graph = made.add_node("step", step).add_edge(START, "step").compile(checkpointer=InMemorySaver())
    graph.channels[ground.VISITS] = ground.visits_channel()
    for name, node in graph.nodes.items():
        graph.nodes[name] = ground.with_visit_writes(node, begins=name == START)
    for _ in range(2):
        parts = [part async for part in graph.astream({"at": 0}, on("t"), stream_mode=["updates", "values"])]
        assert ground.VISITS not in str(parts)
    assert found == [{}, {"by hand": 1, "step": 1}, {}, {"by hand": 3, "step": 3}], "an input begins anew"
    assert ground.VISITS not in (await graph.aget_state(on("t"))).values
    bare: Any = StateGraph(State)
    bare.add_node("step", lambda _: found.append(ground.read_visits(get_config())))
    await bare.add_edge(START, "step").compile().ainvoke({"at": 0})
    assert found[-1] is None, "a graph without the channel counts none"


async def test_number_call_and_count_calls_anew_begin_again_with_an_attempt_and_execution_of_is_one_in_it() -> None:
    found: list[tuple[int, int, int]] = []
    executions: list[object] = []

    async def step(state: State) -> Command[Any]:
        config = get_config()
        own: Any = config["configurable"]
        executions.append(ground.execution_of(config))
        calls = ground.number_call(dict(own)), ground.number_call(dict(own))
        found.append((*calls, own[ground.SCRATCHPAD].subgraph_counter()))
        assert ground.execution_of(config) is executions[-1]
        if len(found) % 2:
            raise ConnectionError("once more")
        return Command(update={"at": state["at"] + 1}, goto=END if state["at"] else "step")

    made: Any = StateGraph(State)
    again = RetryPolicy(initial_interval=0.001, jitter=False)
    made.add_node("step", step, retry_policy=again, destinations=("step", END)).add_edge(START, "step")
    await made.compile(checkpointer=InMemorySaver()).ainvoke({"at": 0}, on("t"))
    assert found == [(1, 2, 0)] * 4
    assert executions[0] is not executions[2]


async def test_send_number_counts_the_sends_to_a_step() -> None:
    found: list[tuple[str, int | None]] = []

    def worker(name: str) -> Any:
        return lambda _: found.append((name, ground.send_number(get_config(), name)))

    made: Any = StateGraph(State)
    for name in ("plan", "one", "two"):
        made.add_node(name, worker(name))
    sends = [Send("one", {}), Send("two", {}), Send("one", {}), Send("two", {})]
    made.add_edge(START, "plan").add_conditional_edges("plan", lambda _: sends, ["one", "two"])
    await made.compile().ainvoke({"at": 0})
    assert sorted(found, key=str) == [("one", 0), ("one", 1), ("plan", None), ("two", 0), ("two", 1)]


async def test_count_replies_and_interrupt_id_of_follow_the_interrupts_of_a_step() -> None:
    kept: list[int] = []
    ids: list[str] = []

    async def step(_state: State) -> State:
        kept.append(ground.count_replies())
        for question in ("one", "two"):
            try:
                interrupt(question)
            except GraphInterrupt as raised:
                ids.append(ground.interrupt_id_of(raised))
                raise
        return {"at": 1}

    made: Any = StateGraph(State)
    graph = made.add_node("step", step).add_edge(START, "step").compile(checkpointer=InMemorySaver())
    given: Any
    for given in ({"at": 0}, Command(resume="a"), Command(resume="b")):
        waits = (await graph.ainvoke(given, on("t"))).get("__interrupt__")
        assert [each.id for each in waits or []] == (ids[-1:] if waits else [])
    assert (kept, len(set(ids))) == ([0, 0, 1], 2)


async def test_answered_ids_are_those_that_the_framework_takes_an_answer_to_name() -> None:
    made: Any = StateGraph(State)
    made.add_node("one", lambda _: {"at": interrupt("one")}).add_node("two", lambda _: {"kept": interrupt("two")})
    graph = made.add_edge(START, "one").add_edge(START, "two").compile(checkpointer=InMemorySaver())
    first, second = (each.id for each in (await graph.ainvoke({"at": 0}, on("t")))["__interrupt__"])
    single: Any
    for single in ({"decisions": []}, {first: 1, "decisions": []}, {7: 1}, "yes", [first]):
        assert ground.answered_ids(single) == []
    assert ground.answered_ids({first: 1}) == [first]
    await graph.ainvoke(Command(resume={first: 1, "0" * 32: 2}), on("t"))  # it leaves the other aside
    assert [each.id for each in (await graph.aget_state(on("t"))).interrupts] == [second]


async def test_replace_reducer_sees_each_value_once_more() -> None:
    class Added(TypedDict, total=False):
        at: Annotated[int, lambda before, now: before + now]

    made: Any = StateGraph(Added)
    made.add_node("step", lambda _: {"at": 2}).add_edge(START, "step")
    compiled = made.compile()
    ground.replace_reducer(compiled, "at", lambda reduce: lambda before, now: reduce(before, now) * 10)
    ground.replace_reducer(compiled, "not there", lambda reduce: reduce)
    assert await compiled.ainvoke({"at": 1}) == {"at": 120}


def test_is_message_reducer_knows_a_conversation() -> None:
    channels = StateGraph(State).channels
    assert [name for name, each in channels.items() if ground.is_message_reducer(each)] == ["messages"]


@pytest.mark.parametrize("kept", [{}, {"kept": "tea"}])
async def test_first_checkpoint_begins_clean_with_what_is_kept(kept: Seen) -> None:
    seen: list[Seen] = []
    saver = InMemorySaver()

    async def step(state: State) -> State:
        seen.append({**state})
        return {"kept": "tea", "at": state.get("at", 0) + 1}

    made: Any = StateGraph(State)
    made.add_node("step", step).add_edge(START, "step").add_edge("step", END)
    graph: Any = made.compile(checkpointer=saver)
    graph.channels[ground.VISITS] = ground.visits_channel()
    await graph.ainvoke({"at": 7}, on("t"))
    last = saver.get_tuple(on("t"))
    assert last is not None
    latest: Any = max(last.checkpoint["channel_versions"].values())
    version = saver.get_next_version(latest, None)
    fresh, versions = ground.first_checkpoint(last, kept, version)
    assert set(fresh) == set(last.checkpoint), "the parts of a checkpoint"
    await saver.aput(last.config, fresh, {"source": "update", "step": 5, "parents": {}}, versions)
    await graph.ainvoke({"messages": []}, on("t"))
    assert seen == [{"at": 7, "messages": []}, {**kept, "messages": []}]


async def test_checkpoint_refs_step_path_is_inner_is_within_and_call_number_read_the_names_of_steps_in_steps() -> None:
    seen: Seen = {}

    def look(config: Any) -> None:
        namespace = ground.namespace_of(config)
        seen["path"], seen["inner"] = ground.step_path(namespace), ground.is_inner(namespace)
        refs = ground.checkpoint_refs(namespace, config["configurable"])
        seen["refs"] = [(ground.step_path(space), bool(checkpoint), bool(task)) for space, checkpoint, task in refs]
        desk = namespace.rpartition("|")[0]
        seen["in"] = (ground.is_within(namespace, desk), ground.is_within(desk, namespace))
        seen["call"] = [ground.call_number(each, desk) for each in (namespace, f"{desk}|1|step:9a8b")]

    made: Any = StateGraph(State)
    made.add_node("desk", one_step(look).builder.compile()).add_edge(START, "desk").add_edge("desk", END)
    await made.compile(checkpointer=InMemorySaver()).ainvoke({"at": 0}, on("t"))
    assert (seen["path"], seen["inner"], seen["in"], seen["call"]) == ("desk/step", True, (True, False), ["", "1"])
    assert seen["refs"] == [("", True, True), ("desk", True, True)]


async def test_first_interrupt_id_is_known_before_the_interrupt() -> None:
    def look(config: Any) -> None:
        expected.append(ground.first_interrupt_id(ground.namespace_of(config)))
        interrupt("?")

    expected: list[str] = []
    waits = (await one_step(look).ainvoke({"at": 0}, on("t")))["__interrupt__"]
    assert [each.id for each in waits] == expected


def branching(inner: Any) -> Any:
    """`pick` chooses where to go, `desk` is a graph."""

    async def pick(_state: State) -> State:
        return {"at": 1}

    made: Any = StateGraph(State)
    made.set_node_defaults(error_handler=lambda _: {"at": 0})
    made.add_node("pick", pick, timeout=TimeoutPolicy(run_timeout=5))
    made.add_node("rest", pick, timeout=TimeoutPolicy(run_timeout=7, idle_timeout=3))
    made.add_node("desk", inner).add_edge(START, "pick").add_edge(["pick", "rest"], "desk")
    return made.add_conditional_edges("pick", lambda _: "rest", ["rest"])


def test_outline_declared_edges_step_function_is_handler_and_has_branches_read_what_a_graph_is_built_of() -> None:
    inner = one_step(lambda _: None)
    built = branching(inner)
    nodes, edges, joins, branches, channels = ground.outline(built)
    assert nodes == [["desk", ground.outline(inner.builder)], ["pick", None], ["rest", None]]
    assert ([START, "pick"] in edges, joins, branches) == (True, [["pick", "rest", "desk"]], ["pick"])
    assert {"at", "kept", "messages"} <= set(channels)
    declared, free = ground.declared_edges(built)
    assert declared == {
        (START, "pick"): False,
        ("pick", "desk"): False,
        ("rest", "desk"): False,
        ("pick", "rest"): True,
    }
    assert free == set()
    assert ground.step_function(built.nodes["pick"]).__name__ == "pick"
    assert ground.step_function(built.nodes["desk"]) is None
    drawn = built.compile().get_graph().nodes
    assert {name for name in drawn if not ground.is_handler(name)} == {START, "pick", "rest", "desk", END}
    assert len(drawn) > 5, "with handlers"
    assert [ground.has_branches(built, name) for name in ("pick", "rest")] == [True, False]


async def test_run_limit_and_take_timeouts_leave_idle_times_and_attributes_of_makes_a_graph_anew() -> None:
    compiled = branching(one_step(lambda _: None)).compile()
    limit = TimeoutPolicy(run_timeout=5)
    assert [ground.run_limit(compiled.nodes[name]) for name in ("pick", "rest", "desk")] == [limit, None, None]
    assert ground.take_timeouts(compiled, ["pick", "rest", "desk"]) == {"pick": limit}
    assert (compiled.nodes["pick"].timeout, compiled.nodes["rest"].timeout.idle_timeout) == (None, 3)
    simple = one_step(lambda _: None)
    assert (await type(simple)(**ground.attributes_of(simple)).ainvoke({"at": 0}, on("t")))["at"] == 1


def test_has_breakpoints_finds_those_of_a_graph_inside() -> None:
    stopping = one_step(lambda _: None).builder.compile(interrupt_before=["step"])
    assert [ground.has_breakpoints(branching(each).compile()) for each in (stopping, one_step(lambda _: None))] == [
        True,
        False,
    ]


async def test_holds_input_and_metadata_after_are_the_words_of_the_metadata() -> None:
    graph = one_step(lambda _: None)
    await graph.ainvoke({"at": 0}, on("t"))
    kept = [{**each.metadata} async for each in graph.checkpointer.alist(on("t"))]
    assert [ground.holds_input(each) for each in kept] == [False, False, True]
    await graph.aupdate_state(on("t"), {"at": 2})
    [newest, *_] = [{**each.metadata} async for each in graph.checkpointer.alist(on("t"))]
    assert newest.items() >= ground.metadata_after(kept[0]).items()


PRIVATE = re.compile(
    r"__pregel|langgraph\.(?:_internal|pregel)|checkpoint_map|from_ns|waiting_edges|\.branches\b|interrupt_\w+_nodes"
    r"|var_child_runnable_config|vars\((?:compiled|graph)|split\(\"\|\"\)"
)
"""How what is not public of LangGraph looks in our code."""


def test_no_other_file_takes_what_is_not_public() -> None:
    files = [path for path in (ROOT / "baton").rglob("*.py") if path.name != "_langgraph.py"]
    assert {(path.name, hit[0]) for path in files for hit in PRIVATE.finditer(path.read_text("utf-8"))} == set()
    assert PRIVATE.search((ROOT / "baton" / "_langgraph.py").read_text("utf-8"))


def test_every_name_of_the_ground_has_its_test_here() -> None:
    functions = [
        name for name, each in vars(ground).items() if inspect.isfunction(each) and each.__module__ == ground.__name__
    ]
    tests = " ".join(name for name in globals() if name.startswith("test_"))
    indirect = {"visits_channel", "_add_visits", "_task_after"}
    assert [name for name in functions if name not in tests and name not in indirect] == []
