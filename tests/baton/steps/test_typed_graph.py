"""Typed graphs: what goes over a step's boundary, and that nothing bad is saved."""

import math
from typing import Any, Literal

import pytest
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from baton.errors import DeadLettered, ShapeError
from baton.runtime.resources import Resources
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.words import CONFIG, Asked, Counted, Fact, Said, State, chain, count, length, only, saved, say, spans


async def test_records_inside_and_plain_json_on_disk(resources: Resources) -> None:
    result = await chain().compile(resources.checkpointer, name="chain").ainvoke({"text": "one two"}, CONFIG)
    assert result == {"text": "one two", "fact": {"words": 2, "words_twice": None}, "reply": "2 words"}
    assert (await saved(resources))[0] == result


async def test_a_plain_state_graph_in_its_place_runs_the_same_happy_path() -> None:
    typed = await chain().compile().ainvoke({"text": "one two"})
    untyped = await chain(StateGraph).compile().ainvoke({"text": "one two"})
    assert untyped["reply"] == typed["reply"] == "2 words"


async def wrong(_state: Asked) -> Counted:
    return {"fact": {"words": "many"}}  # type: ignore[typeddict-item]


async def not_finite(_state: Asked) -> Any:
    return {"reply": math.nan}


async def half_a_pair(_state: Asked) -> Any:
    return {"reply": "\ud800"}


async def unknown(_state: Asked) -> Any:
    return {"reply": "x", "replyy": "y"}


async def unfinished(_state: Asked) -> Counted:
    return {}  # type: ignore[typeddict-item]


@pytest.mark.parametrize("step", [wrong, not_finite, half_a_pair, unknown, unfinished])
async def test_a_bad_result_fails_in_the_step_that_made_it_before_it_is_saved(resources: Resources, step: Any) -> None:
    graph = chain(first=step).compile(resources.checkpointer)
    with pytest.raises(ShapeError, match=f"{step.__name__} cannot write"):
        await graph.ainvoke({"text": "one two"}, CONFIG)
    assert (await saved(resources))[0] == {"text": "one two", "branch:to:count": None}
    assert await spans(resources) == [("count", "failed")]


DEEP: list[Any] = []
DEEP.append(DEEP)


@pytest.mark.parametrize("given", [{"text": 5}, {}, {"text": "x", "other": 1}, {"text": "\ud800"}, {"text": DEEP}])
async def test_input_that_does_not_fit_is_refused_before_anything_is_written(resources: Resources, given: Any) -> None:
    with pytest.raises(ShapeError):
        await chain().compile(resources.checkpointer).ainvoke(given, CONFIG)
    assert await saved(resources) == []


async def test_a_state_that_changed_while_the_run_was_paused_is_parked(resources: Resources) -> None:
    builder = chain().set_node_defaults(error_handler=dead_letter)
    graph = builder.compile(resources.checkpointer, interrupt_before=["say"])
    await graph.ainvoke({"text": "one two"}, CONFIG)
    await graph.aupdate_state(CONFIG, {"fact": {"words": "many"}}, as_node="count")
    with pytest.raises(DeadLettered):
        await graph.ainvoke(None, CONFIG)
    sql = "SELECT step, reason, error FROM dead_letters"
    (letter,) = await resources.database.do(lambda tx: tx.execute(sql).fetchall())
    assert tuple(letter)[:2] == ("say", "shape")
    assert "say cannot read Counted: fact.words" in letter["error"]


@pytest.mark.parametrize("text,reply", [("one", None), ("one two", "2 words")])
async def test_a_router_reads_records(text: str, reply: str | None) -> None:
    builder = TypedStateGraph(State, input_schema=Asked).add_node(count).add_node(say).add_edge(START, "count")
    result = await builder.add_conditional_edges("count", length).compile().ainvoke({"text": text})
    assert result.get("reply") == reply


def test_only_an_async_step_and_a_plain_router_are_taken() -> None:
    def blocking(state: Asked) -> Said:
        return {"reply": ""}

    async def router(state: Asked) -> Literal["say"]:
        return "say"

    with pytest.raises(TypeError, match="blocking is not an async function"):
        only(blocking)
    with pytest.raises(TypeError, match="router is an async function"):
        chain().add_conditional_edges("count", router)


class Portion(TypedDict):
    fact: Fact


class Sum(TypedDict, total=False):
    text: str
    totals: list[int]


async def test_what_is_sent_is_dumped_against_the_shape_of_its_target() -> None:
    def fan_out(state: Asked) -> list[Send]:
        return [Send("work", {"fact": Fact(words=len(word))}) for word in state["text"].split()]

    async def work(state: Portion) -> Counted:
        assert isinstance(state["fact"], Fact)
        return {"fact": state["fact"]}

    builder = TypedStateGraph(State, input_schema=Asked).add_node(work)
    result = await builder.add_conditional_edges(START, fan_out, ["work"]).compile().ainvoke({"text": "three"})
    assert result["fact"] == {"words": 5, "words_twice": None}


async def test_what_is_sent_in_a_bad_shape_is_refused() -> None:
    def fan_out(state: Asked) -> list[Send]:
        return [Send("say", {"fact": "none"})]

    builder = TypedStateGraph(State, input_schema=Asked).add_node(say).add_conditional_edges(START, fan_out, ["say"])
    with pytest.raises(ShapeError, match="fan_out cannot write"):
        await builder.compile().ainvoke({"text": "x"})


async def test_a_command_is_checked_and_followed() -> None:
    async def jump(state: Asked) -> Command[Literal["say"]]:
        return Command(update={"fact": Fact(words=9)}, goto="say")

    async def stumble(state: Asked) -> Command[Literal["say"]]:
        return Command(update={"fact": "none"}, goto="say")

    result = await only(jump).add_node(say).compile().ainvoke({"text": "x"})
    assert result["reply"] == "9 words"
    with pytest.raises(ShapeError, match="stumble cannot write"):
        await only(stumble).add_node(say).compile().ainvoke({"text": "x"})


async def test_a_handler_sees_the_raw_state_and_its_update_is_checked() -> None:
    seen: list[Any] = []

    async def fail(state: Counted) -> Said:
        raise KeyError("gone")

    async def mend(state: Any, error: NodeError) -> Command[Any]:
        seen.append(state)
        return Command(update={"fact": Fact(words=1)}, goto=END)

    builder = TypedStateGraph(State, input_schema=Asked).add_node(count).add_node(fail, error_handler=mend)
    result = await builder.add_edge(START, "count").add_edge("count", "fail").compile().ainvoke({"text": "a b"})
    assert seen == [{"fact": {"words": 2, "words_twice": None}}]
    assert result["fact"] == {"words": 1, "words_twice": None}
