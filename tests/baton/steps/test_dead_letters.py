"""Dead letters: what failed for good ends its run, with evidence and without secrets."""

import json
from typing import Any

import pytest
from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.graph import END
from langgraph.types import Command, RetryPolicy
from typing_extensions import TypedDict

from baton import Job, TypedStateGraph, dead_letter
from baton.errors import BadAnswer, OverBudget, ShapeError, Transient
from baton.runs.graph_shapes import Graph
from baton.runtime.active import active_run
from baton.runtime.resources import Resources
from baton.steps.dead_letters import reason_of, record_dead_letter
from tests.baton.payments import Order, Paid, Receipt, builder, chain, desk, paid, pay, thank, worked

CARD = "4111 1111 1111 1111"
SECRET = "sk-live_0123456789abcdef"  # noqa: S105 - a canary
TWICE = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=2, retry_on=lambda _: True)


class Letter(TypedDict):
    text: str
    number: int
    share: float


async def fail(state: Letter) -> Letter:
    raise Transient(f"no answer about {CARD} with {SECRET}")


async def fail_oddly(state: Letter) -> Letter:
    raise ValueError("half a pair: \ud83d, and\ntwo lines")


def letter_graph(node: Any) -> Graph:
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(Letter)
    made.set_node_defaults(error_handler=dead_letter, retry_policy=TWICE).add_node(node)
    return made.set_entry_point(node.__name__).add_edge(node.__name__, END).compile(name="letter")


async def letters(resources: Resources) -> list[dict[str, Any]]:
    rows = await resources.database.do(lambda tx: tx.execute("SELECT * FROM dead_letters").fetchall())
    return [{**dict(row), "evidence": json.loads(row["evidence"])} for row in rows]


async def test_a_step_that_failed_for_good_ends_its_run_with_evidence_and_every_attempt() -> None:
    given = {"text": f"my card {CARD}", "number": 4111111111111111, "share": 0.4111111111111111}
    async with desk({"letter": letter_graph(fail)}) as (runner, resources):
        await runner.queue("letter", [Job(given, "one")])
        run = await runner.resume("one")
        (letter,) = await letters(resources)
    assert (run["status"], run["output"], run["dead_letters"]) == ("dead_lettered", None, [letter["letter_id"]])
    assert (letter["thread_id"], letter["step"], letter["reason"]) == ("one", "fail", "unavailable")
    evidence = letter["evidence"]
    assert evidence["request"] == {
        "text": "my card [card ending 1111]",
        "number": "[card ending 1111]",
        "share": 0.4111111111111111,
    }
    assert [attempt["attempt"] for attempt in evidence["attempts"]] == [1, 2]
    assert all(attempt["error"].startswith("Transient: no answer") for attempt in evidence["attempts"])
    assert evidence["checkpoint_id"]
    assert evidence["version"]
    assert CARD not in json.dumps(letter)
    assert SECRET not in json.dumps(letter)


async def test_an_error_that_cannot_be_stored_as_it_is_still_makes_a_letter() -> None:
    async with desk({"letter": letter_graph(fail_oddly)}) as (runner, resources):
        await runner.queue("letter", [Job({"text": "", "number": 1, "share": 0.5}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        (letter,) = await letters(resources)
    assert letter["reason"] == "failure"
    assert "half a pair" in letter["error"]


async def test_a_step_that_answers_in_the_wrong_shape_is_parked_before_it_is_saved() -> None:
    async def misshape(state: Order) -> Paid:
        return {"receipt": {"paid": "much"}}  # type: ignore[typeddict-item]

    async with desk({"misshape": chain(misshape, thank, name="misshape")}) as (runner, resources):
        await runner.queue("misshape", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        assert [letter["reason"] for letter in await letters(resources)] == ["shape"]
    assert worked() == []


async def test_the_same_failure_is_one_letter_and_another_request_is_another() -> None:
    async def complain(state: Order) -> Paid:
        for amount in (1, 1, 2):
            await record_dead_letter(
                active_run(), "step", {"amount": amount}, "broken", checkpoint_id=None, ends_run=False
            )
        return {"receipt": Receipt(paid=0)}

    async with desk({"complain": chain(complain, name="complain")}) as (runner, resources):
        await runner.queue("complain", [Job({"amount": 7}, "one")])
        run = await runner.resume("one")
        assert len(await letters(resources)) == 2
    assert run["status"] == "done", "a recorded failure that does not end the run leaves it be"
    assert len(run["dead_letters"]) == 2


async def test_a_step_inside_a_subgraph_is_named_by_its_path() -> None:
    async def break_down(state: Order) -> Paid:
        raise OverBudget("one", 5, 3)

    inner = chain(break_down, name="inner")
    made = builder().add_node("desk", inner)
    outer = made.set_entry_point("desk").add_edge("desk", END).compile(name="outer")
    async with desk({"outer": outer}) as (runner, resources):
        await runner.queue("outer", [Job({"amount": 7}, "one")])
        assert (await runner.resume("one"))["status"] == "dead_lettered"
        assert [(letter["step"], letter["reason"]) for letter in await letters(resources)] == [
            ("desk/break_down", "over_budget")
        ]


async def test_a_worker_that_records_its_failure_and_goes_on_does_not_end_the_run() -> None:
    async def break_down(state: Order) -> Paid:
        raise BadAnswer("nonsense")

    async def go_on(state: Any, error: NodeError) -> Command[Any]:
        await record_dead_letter(active_run(), error.node, state, error.error, checkpoint_id=None, ends_run=False)
        return Command(goto="pay")

    made = builder().add_node(break_down, error_handler=go_on).add_node(pay)
    graph = made.set_entry_point("break_down").add_edge("pay", END).compile(name="goes_on")
    async with desk({"goes_on": graph}) as (runner, resources):
        await runner.queue("goes_on", [Job({"amount": 7}, "one")])
        run = await runner.resume("one")
        assert [letter["reason"] for letter in await letters(resources)] == ["bad_answer"]
    assert (run["status"], run["output"]) == ("done", {"receipt": {"paid": 7}})
    assert paid() == [("one:1:pay@1/pay:0", 7)]


@pytest.mark.parametrize(
    "error, reason",
    [
        (ShapeError("step", "read", "Order", ValueError("no")), "shape"),
        (OverBudget("one", 2, 1), "over_budget"),
        (NodeTimeoutError("step", elapsed=2, kind="run", run_timeout=1), "timeout"),
        (KeyError("x"), "failure"),
        ("ShapeError('as text, after a restart')", "shape"),
        ("ValueError('as text, after a restart')", "failure"),
    ],
)
def test_every_error_has_a_reason(error: BaseException | str, reason: str) -> None:
    assert reason_of(error) == reason
