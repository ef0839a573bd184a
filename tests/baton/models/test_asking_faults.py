"""What an endpoint can do to a step, over a real socket: a bounded number of requests, then a dead letter."""

import asyncio
import gzip
import json
import time
import zlib
from dataclasses import replace
from typing import Any

import pytest
from langgraph.errors import NodeTimeoutError
from langgraph.types import RetryPolicy, TimeoutPolicy
from typing_extensions import TypedDict

from baton.config.policies import transient
from baton.errors import BadAnswer, DeadLettered, Fatal, OverBudget, Transient
from baton.models.asking import ask
from baton.models.calls import LONGEST_ANSWER
from baton.models.models import models
from baton.records import Record
from baton.runtime.resources import Resources
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph
from baton.storage.show import steps
from tests.baton.conftest import Endpoint, Reply, completion, failure, wrapped

THREE = RetryPolicy(initial_interval=0.001, max_interval=0.001, max_attempts=3, jitter=False, retry_on=transient)
CONFIG: Any = {"configurable": {"thread_id": "t"}}


class Verdict(Record):
    note: str


class State(TypedDict, total=False):
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask("judge", Verdict, "Judge.", {})).note}


async def write(state: State) -> State:
    return {"note": (await ask("strong", Verdict, "Write.", {})).note}


async def write_or_less(state: State) -> State:
    return {"note": (await ask("strong", Verdict, "Write.", {}, partial=lambda: Verdict(note="in part"))).note}


def graph(step: Any, *, parked: bool = False, timeout: float | TimeoutPolicy | None = None) -> Any:
    builder = TypedStateGraph(State)
    builder.set_node_defaults(retry_policy=THREE, timeout=timeout, error_handler=dead_letter if parked else None)
    return builder.add_node("step", step).add_edge("__start__", "step").compile()


async def rows(resources: Resources, sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await resources.database.do(lambda tx: tx.execute(sql).fetchall())]


GOOD = completion('{"note": "guilty"}')
TOOL = {"id": "c", "type": "function", "function": {"name": "pay", "arguments": "{}"}}
HUGE = completion(json.dumps({"note": "x" * 10_000_000}))


def packed(body: bytes, encoding: str) -> Reply:
    """An answer in that form, whatever the client asked for."""
    content = zlib.compress(body) if encoding == "deflate" else gzip.compress(body)
    return Reply(200, content, {"content-type": "application/json", "content-encoding": encoding})


FAULTS: dict[str, tuple[Reply, int, str]] = {
    "bad request": (failure(400), 3, "failure"),  # it is asked plainly whether it takes anything at all
    "wrong key": (failure(401), 1, "failure"),
    "quota": (failure(429, code="insufficient_quota"), 1, "failure"),
    "content filter": (failure(400, code="content_filter"), 1, "failure"),
    "dropped": (Reply(0, b""), 3, "unavailable"),
    "truncated": (replace(GOOD, missing=10), 3, "unavailable"),
    "busy": (failure(429), 3, "unavailable"),
    "broken": (failure(500), 3, "unavailable"),
    "bad gateway": (Reply(502, b"<html>"), 3, "unavailable"),
    "away": (failure(503), 3, "unavailable"),
    "no JSON": (completion("guilty"), 2, "bad_answer"),
    "brackets without end": (completion("[" * 2_000), 2, "bad_answer"),
    "another schema": (completion('{"verdict": 1}'), 2, "bad_answer"),
    "half a pair": (completion('{"note": "\ud800"'), 2, "bad_answer"),
    "no choices": (wrapped(choices=[]), 1, "bad_answer"),
    "null choices": (wrapped(choices=None), 1, "bad_answer"),
    "null": (completion(None), 1, "bad_answer"),
    "empty": (completion(""), 1, "bad_answer"),
    "refused": (completion(None, refusal="no"), 1, "bad_answer"),
    "cut": (completion('{"note": "gui', finish="length"), 1, "bad_answer"),
    "huge": (HUGE, 1, "bad_answer"),
    "endless": (replace(GOOD, body=b" " * 17_000_000), 1, "failure"),
    "a bomb of gzip": (packed(b" " * 50_000_000, "gzip"), 1, "failure"),
    "a bomb of deflate": (packed(b" " * 50_000_000, "deflate"), 1, "failure"),
    "a bomb in an error": (replace(packed(b" " * 50_000_000, "gzip"), status=400), 1, "failure"),
    "packed twice": (packed(gzip.compress(GOOD.body), "gzip, gzip"), 1, "failure"),
    "packed by another way": (packed(GOOD.body, "br"), 1, "failure"),
    "no gzip": (replace(GOOD, headers={**GOOD.headers, "content-encoding": "gzip"}), 3, "unavailable"),
    "a tool": (
        wrapped(
            choices=[
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": '{"note": "guilty"}', "tool_calls": [TOOL]},
                    "finish_reason": "tool_calls",
                }
            ]
        ),
        1,
        "bad_answer",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_ends_in_a_dead_letter_after_a_bounded_number_of_requests(
    endpoint: Endpoint, resources: Resources, fault: str
) -> None:
    reply, requests, reason = FAULTS[fault]
    endpoint.will(reply)
    with pytest.raises(DeadLettered) as ended:
        await graph(judge, parked=True).ainvoke({}, CONFIG)
    assert len(endpoint.asked) == requests
    (letter,) = await rows(resources, "SELECT * FROM dead_letters")
    assert (letter["reason"], ended.value.reason) == (reason, reason)
    assert ended.value.letter_id == letter["letter_id"]
    assert len(letter["evidence"]) < 100_000
    (run,) = await rows(resources, "SELECT * FROM runs")
    assert (run["status"], run["reserved_tokens"]) == ("dead_lettered", 0)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_good_answer_is_taken_although_it_is_packed(
    endpoint: Endpoint, resources: Resources, encoding: str
) -> None:
    endpoint.will(packed(GOOD.body, encoding))
    assert (await graph(judge).ainvoke({}, CONFIG))["note"] == "guilty"


async def test_a_bomb_is_told_and_counts_as_billed(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(FAULTS["a bomb of gzip"][0])
    with pytest.raises(Fatal, match=r"answer has more than 16,000,000 bytes; check OPENAI_BASE_URL"):
        await graph(judge).ainvoke({}, CONFIG)
    (run,) = await rows(resources, "SELECT * FROM runs")
    (call,) = await rows(resources, "SELECT * FROM model_calls")
    assert run["spent_tokens"] == call["reserved_tokens"]


async def test_an_answer_too_long_to_be_one_is_cut_before_it_is_kept(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(HUGE)
    with pytest.raises(BadAnswer, match="10,000,012 characters") as caught:
        await graph(judge).ainvoke({}, CONFIG)
    assert len(caught.value.raw) == LONGEST_ANSWER


async def test_an_answer_without_a_usage_is_taken_and_counts_as_all_that_was_reserved(
    endpoint: Endpoint, resources: Resources
) -> None:
    endpoint.will(Reply(GOOD.status, json.dumps({**json.loads(GOOD.body), "usage": None}).encode(), GOOD.headers))
    assert (await graph(judge).ainvoke({}, CONFIG))["note"] == "guilty"
    (run,) = await rows(resources, "SELECT * FROM runs")
    (call,) = await rows(resources, "SELECT * FROM model_calls")
    assert (run["reserved_tokens"], run["spent_tokens"]) == (0, call["reserved_tokens"])
    assert (call["status"], call["cost_usd"]) == ("answered", None)
    assert call["note"] == "no usage was reported; the reservation counts as spent"


async def test_a_slow_answer_is_no_time_of_a_step_under_the_default_policy_and_is_under_one_s_own(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_s = 1.0
    default, own = TimeoutPolicy(run_timeout=limit_s), TimeoutPolicy(run_timeout=limit_s)
    monkeypatch.setattr("baton.steps.time_limits.STEP_TIMEOUT", default)
    endpoint.will(replace(GOOD, drip_s=1.5 * limit_s / len(GOOD.body)))
    assert (await graph(judge, timeout=default).ainvoke({}, CONFIG))["note"] == "guilty"
    with pytest.raises(NodeTimeoutError):
        await graph(judge, timeout=own).ainvoke({}, CONFIG)


async def test_an_answer_that_drips_is_cut_off_and_may_have_been_billed(
    endpoint: Endpoint, resources: Resources
) -> None:
    resources.settings.model_timeout_s = 0.5
    endpoint.will(replace(GOOD, drip_s=0.1))
    began = time.monotonic()
    with pytest.raises(Transient, match="BATON_MODEL_TIMEOUT_S"):
        await graph(judge).ainvoke({}, CONFIG)
    assert time.monotonic() - began < 8
    assert len(endpoint.asked) == 3
    calls = await rows(resources, "SELECT * FROM model_calls")
    (run,) = await rows(resources, "SELECT * FROM runs")
    assert run["spent_tokens"] == sum(call["reserved_tokens"] for call in calls)


async def test_a_step_cut_off_by_its_own_timeout_is_tried_again_and_parked(
    endpoint: Endpoint, resources: Resources
) -> None:
    endpoint.will(replace(GOOD, drip_s=0.1))
    with pytest.raises(DeadLettered):
        await asyncio.wait_for(graph(judge, parked=True, timeout=0.5).ainvoke({}, CONFIG), 20)
    (letter,) = await rows(resources, "SELECT * FROM dead_letters")
    assert letter["reason"] == "timeout"
    assert len(endpoint.asked) <= 3


async def cap_for(resources: Resources, endpoint: Endpoint, answer: int) -> None:
    """A budget that holds one request of `write` and that much of an answer."""
    endpoint.will(GOOD)
    await graph(write).ainvoke({}, {"configurable": {"thread_id": "first"}})
    (call,) = await rows(resources, "SELECT * FROM model_calls")
    resources.settings.budget_tokens = call["reserved_tokens"] - resources.settings.max_completion_tokens + answer
    endpoint.asked.clear()


async def test_where_the_strong_model_does_not_fit_the_cheap_one_gives_a_shorter_answer(
    endpoint: Endpoint, resources: Resources
) -> None:
    await cap_for(resources, endpoint, 250)
    assert (await graph(write).ainvoke({}, CONFIG))["note"] == "guilty"
    assert [asked["max_completion_tokens"] for asked in endpoint.asked] == [200]
    (call,) = await rows(resources, "SELECT * FROM model_calls WHERE thread_id = 't'")
    assert (call["role"], call["note"]) == ("cheap", "in place of strong, over budget: at most 200 tokens of answer")
    (step, *_) = await resources.database.do(lambda tx: steps(tx, "t", 1))
    assert step["note"] == call["note"]


async def test_what_the_cheap_model_shows_in_its_place_is_noted_of_its_own_endpoint(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "model_cheap", "openai:small")
    await cap_for(resources, endpoint, 390)
    endpoint.will(completion('{"verdict": 1}'), GOOD)
    assert (await graph(write).ainvoke({}, CONFIG))["note"] == "guilty"
    assert [asked["model"] for asked in endpoint.asked] == ["small", "small"]
    known = await resources.resource(models)
    assert (await known.access("cheap", resources.database)).endpoint.dialect.said
    assert not (await known.access("strong", resources.database)).endpoint.dialect.said


async def test_what_is_left_must_be_worth_an_answer(endpoint: Endpoint, resources: Resources) -> None:
    await cap_for(resources, endpoint, 63)
    with pytest.raises(OverBudget):
        await graph(write).ainvoke({}, CONFIG)
    assert endpoint.asked == []


@pytest.mark.parametrize("answer", [63, 250])
async def test_then_a_step_may_offer_a_part_and_it_is_told(
    endpoint: Endpoint, resources: Resources, answer: int
) -> None:
    await cap_for(resources, endpoint, answer)
    endpoint.will(completion('{"note": "gui', finish="length"))
    assert (await graph(write_or_less).ainvoke({}, CONFIG))["note"] == "in part"
    assert len(endpoint.asked) == (answer == 250)
    told = await rows(resources, "SELECT * FROM spans WHERE kind = 'budget' AND status = 'partial'")
    assert len(told) == 1


async def test_a_shorter_answer_that_was_cut_is_a_matter_of_the_budget(
    endpoint: Endpoint, resources: Resources
) -> None:
    await cap_for(resources, endpoint, 250)
    endpoint.will(completion('{"note": "gui', finish="length"))
    with pytest.raises(OverBudget, match="no whole answer"):
        await graph(write).ainvoke({}, CONFIG)


async def test_dollars_are_reserved_as_the_price_list_has_them(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "model_judge", "openai:gpt-4o-mini")
    resources.settings.budget_usd = 0.01
    endpoint.will(GOOD)
    await graph(judge).ainvoke({}, CONFIG)
    (call,) = await rows(resources, "SELECT * FROM model_calls")
    (run,) = await rows(resources, "SELECT * FROM runs")
    assert 0 < call["cost_usd"] * 1e9 <= call["reserved_nanousd"]
    assert (run["reserved_nanousd"], run["spent_nanousd"]) == (0, round(call["cost_usd"] * 1e9))
    resources.settings.budget_usd = 0.0001
    with pytest.raises(OverBudget, match=r"\$0\.000100 are left"):
        await graph(judge).ainvoke({}, {"configurable": {"thread_id": "poor"}})
