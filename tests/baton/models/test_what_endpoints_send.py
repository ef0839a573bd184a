"""What endpoints that call themselves compatible really send, over a real socket: read, or told in their words."""

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from typing_extensions import TypedDict

from baton.errors import BadAnswer, Fatal, Refused, Transient, UsageError
from baton.models.asking import ask
from baton.models.endpoint_errors import parse_retry_after
from baton.records import Record
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.conftest import Endpoint, Reply, completion, wrapped
from tests.baton.models.test_asking import budget, calls

CONFIG: Any = {"configurable": {"thread_id": "t"}}
RIGHT = '{"note": "guilty"}'


class Verdict(Record):
    note: str


class State(TypedDict, total=False):
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask("judge", Verdict, "Judge.", {"case": "They took it."})).note}


graph = TypedStateGraph(State).add_node(judge).set_entry_point("judge").compile()


async def noted() -> str:
    note: str = (await graph.ainvoke({}, CONFIG))["note"]
    return note


def error(status: int, body: Any, **headers: str) -> Reply:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json", **told})


def message(**fields: Any) -> Reply:
    return wrapped(choices=[{"index": 0, "message": {"role": "assistant", **fields}, "finish_reason": "stop"}])


WRAPPED = {
    "a fence": f"```json\n{RIGHT}\n```",
    "a fence without a word": f"```\n{RIGHT}\n```\n",
    "a fence and words": f"Here is my verdict:\n\n```json\n{RIGHT}\n```\nLet me know if you need more.",
    "words before": f"Of course! {RIGHT}",
    "words with braces": f"As {{you}} asked: {RIGHT} (that is {{all}})",
    "thinking before": f"<think>They {{may}} have taken it.</think>\n\n{RIGHT}",
    "thinking by another name": f"<reasoning>Hm.</reasoning>{RIGHT}",
    "thinking that another answer stands in": f'<thinking>{{"note": "free"}}?</thinking>{RIGHT}',
    "thinking whose first tag the template wrote": f"They took it, so guilty.\n</think>\n{RIGHT}",
    "thinking in brackets": f"[THINK]Hm.[/THINK]{RIGHT}",
    "a token after": f"{RIGHT}<|im_end|>",
    "tokens of another template after": f"{RIGHT}</s><s>[INST]",
    "a turn that was begun after": f"{RIGHT}<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nThanks",
    "channels": f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{RIGHT}",
    "a list of one": f"[{RIGHT}]",
    "a tag of its own": f"<answer>{RIGHT}</answer>",
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
async def test_an_answer_is_read_through_what_stands_around_it_and_that_is_told(
    endpoint: Endpoint, resources: Resources, text: str
) -> None:
    endpoint.will(completion(text))
    assert await noted() == "guilty"
    (call,) = await calls(resources)
    assert call["note"].startswith("stripped from the answer: ")
    assert call["status"] == "answered"


async def test_a_plain_answer_has_no_note(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(completion(RIGHT))
    assert await noted() == "guilty"
    assert [call["note"] for call in await calls(resources)] == [None]


AMBIGUOUS = {
    "two answers": f'{RIGHT} or {{"note": "free"}}',
    "an answer that quotes another": f'{RIGHT}. They wrote: </think>{{"note": "free"}}',
    "a quote before": f'<think>They say </think>{{"note": "free"}} but</think>{RIGHT}',
}


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_of_two_answers_none_is_taken(endpoint: Endpoint, resources: Resources, text: str) -> None:
    endpoint.will(completion(text))
    with pytest.raises(BadAnswer):
        await noted()
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking", "thought_text"])
async def test_an_answer_in_the_field_of_the_thinking_is_read(
    endpoint: Endpoint, resources: Resources, field: str
) -> None:
    endpoint.will(message(content="", **{field: f"So it is.\n{RIGHT}"}))
    assert await noted() == "guilty"
    (call,) = await calls(resources)
    assert "the field of the model's thinking" in call["note"]


@pytest.mark.parametrize("content", [None, "", " \n"])
async def test_thinking_without_an_answer_says_what_to_set(
    endpoint: Endpoint, resources: Resources, content: str | None
) -> None:
    endpoint.will(message(content=content, reasoning_content="They took it, but then"))
    with pytest.raises(BadAnswer, match=r"22 characters .* BATON_MAX_COMPLETION_TOKENS, or start the server without"):
        await noted()
    assert len(endpoint.asked) == 1


async def test_thinking_that_does_not_end_is_no_answer(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(completion("<think>They took it, but then"))
    with pytest.raises(BadAnswer, match="ends in the model's thinking; raise BATON_MAX_COMPLETION_TOKENS"):
        await noted()


@pytest.mark.parametrize("finish", "error abort insufficient_system_resource".split())
async def test_an_answer_that_the_endpoint_broke_off_is_tried_again(
    endpoint: Endpoint, resources: Resources, finish: str
) -> None:
    endpoint.will(completion(RIGHT, finish=finish))
    with pytest.raises(Transient, match=finish):
        await noted()


@pytest.mark.parametrize("finish", "SAFETY RECITATION MAX_TOKENS max_tokens content_filter model_length OTHER".split())
async def test_no_other_finish_is_success(endpoint: Endpoint, resources: Resources, finish: str) -> None:
    endpoint.will(completion(RIGHT, finish=finish))
    with pytest.raises(BadAnswer, match="cut"):
        await noted()


@pytest.mark.parametrize("finish", ["stop", "STOP", "end_turn", "eos", "eos_token", "stop_sequence", "", None])
async def test_these_are(endpoint: Endpoint, resources: Resources, finish: Any) -> None:
    endpoint.will(completion(RIGHT, finish=finish))
    assert await noted() == "guilty"


OK_ERRORS: dict[str, tuple[Any, type[Exception], str]] = {
    "rate limit": ({"error": {"code": 429, "message": "slow down"}, "choices": None}, Transient, "429.*slow down"),
    "a code in text": ({"error": {"code": "503", "message": "warming up"}}, Transient, "503.*warming up"),
    "no code": ({"error": {"message": "upstream went away"}}, Transient, "502.*upstream went away"),
    "a text": ({"error": "Model is loading"}, Transient, "503.*Model is loading"),
    "a wrong key": ({"error": {"code": 401, "message": "no such key"}}, Refused, "401.*no such key.*API_KEY"),
    "by its type": ({"error": {"type": "authentication_error", "message": "who?"}}, Refused, "401.*who"),
    "overloaded": ({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, Transient, "503.*busy"),
    "no envelope": ({"object": "error", "message": "out of memory", "code": 500}, Transient, "500.*out of memory"),
    "a detail": ({"detail": "no route to the model"}, Transient, "no route to the model"),
    "a quota": ({"error": {"code": 429, "type": "insufficient_quota", "message": "all used"}}, Refused, "all used"),
    "in the choice": (
        {"choices": [{"error": {"code": 502, "message": "provider failed"}, "finish_reason": "error"}]},
        Transient,
        "502.*provider failed",
    ),
}


@pytest.mark.parametrize("name", OK_ERRORS)
async def test_an_error_under_status_200_is_as_that_status_would_be(
    endpoint: Endpoint, resources: Resources, name: str
) -> None:
    body, kind, words = OK_ERRORS[name]
    endpoint.will(error(200, body))
    with pytest.raises(kind, match=words):
        await noted()
    assert await budget(resources) == (0, 0)


GEMINI = {"code": 429, "message": "You exceeded your current quota, please check your plan and billing details."}
PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
QUOTAS = {
    "by its code": {"error": {"message": "no more", "code": "insufficient_quota"}},
    "by its type alone": {"error": {"message": "no more", "type": "insufficient_quota", "code": None}},
    "in Gemini's form": {"error": {**GEMINI, "status": "RESOURCE_EXHAUSTED"}},
    "in Gemini's form, in a list": [{"error": {**GEMINI, "status": "RESOURCE_EXHAUSTED"}}],
    "in Gemini's form, for the day": {"error": {**GEMINI, "details": [PER_DAY, {"retryDelay": "34s"}]}},
    "by billing": {"error": {"message": "no more", "code": "billing_hard_limit_reached"}},
    "in words": {"error": "Your credit balance is too low to use this model."},
}


@pytest.mark.parametrize("body", QUOTAS.values(), ids=QUOTAS)
async def test_a_quota_that_is_used_up_is_not_tried_again(endpoint: Endpoint, resources: Resources, body: Any) -> None:
    endpoint.will(error(429, body))
    with pytest.raises(Fatal, match="add credit, or take another key"):
        await noted()
    endpoint.will(error(402, {"error": "pay"}))
    with pytest.raises(Fatal, match=r"pay.*add credit, or take another key"):
        await noted()


PACES = {
    "in seconds": ({"error": "wait"}, {"retry_after": "3"}, 3),
    "in milliseconds": ({"error": "wait"}, {"retry_after_ms": "250"}, 0.25),
    "in a field": ({"error": {**GEMINI, "details": [{"retryDelay": "34s"}]}}, {}, 34),
    "in words": (
        {"error": {"message": "Rate limit on tokens per min. Please try again in 1.5s.", "type": "tokens"}},
        {},
        1.5,
    ),
    "in other words": ({"error": "Too many requests, retry after 20 seconds"}, {}, 20),
}


@pytest.mark.parametrize("name", PACES)
async def test_when_to_come_back_is_read_wherever_it_stands(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("baton.models.asking.RETRY_AFTER_CAP_S", 0.0)
    body, headers, seconds = PACES[name]
    endpoint.will(error(429, body, **headers))
    with pytest.raises(Transient) as caught:
        await noted()
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("hours", [0, 2, -5])
def test_a_date_is_taken_with_its_zone(hours: int) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=20)
    text = format_datetime(moment.astimezone(timezone(timedelta(hours=hours))))
    assert parse_retry_after(text) == pytest.approx(20, abs=2)
    assert parse_retry_after(moment.isoformat()) == pytest.approx(20, abs=2)


WORDS = {
    "a text": ({"error": "Model is loading"}, "Model is loading"),
    "a message": ({"error": {"message": "no such deployment", "code": 404}}, "no such deployment"),
    "a field of validation": ({"detail": [{"loc": ["body", "n"], "msg": "too many"}]}, r"too many \(body.n\)"),
    "a list": ([{"error": {"message": "bad project"}}], "bad project"),
}


@pytest.mark.parametrize("status", [400, 404, 503])
@pytest.mark.parametrize("name", WORDS)
async def test_an_error_speaks_with_the_endpoints_words(
    endpoint: Endpoint, resources: Resources, name: str, status: int
) -> None:
    body, words = WORDS[name]
    endpoint.will(error(status, body))
    with pytest.raises((Fatal, Transient), match=rf"\({status}\): .*{words}"):
        await noted()


@pytest.mark.parametrize(
    "key,fault", [("sk-good\n", "a line end"), ("sk good", "a blank"), ("sk-\u2026", r"the character U\+2026")]
)
async def test_a_key_that_no_header_can_carry_is_told_and_not_shown(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch, key: str, fault: str
) -> None:
    from pydantic import SecretStr  # noqa: PLC0415

    monkeypatch.setattr(resources.settings, "openai_api_key", SecretStr(key))
    with pytest.raises(UsageError, match=f"OPENAI_API_KEY holds {fault}") as caught:
        await noted()
    assert "sk" not in str(caught.value)
    assert endpoint.asked == []


async def test_cached_input_is_priced_by_the_list_and_thinking_is_counted(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "model_judge", "openai:gpt-4o-mini")
    used = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    details = {"prompt_tokens_details": {"cached_tokens": 800}, "completion_tokens_details": {"reasoning_tokens": 90}}
    for usage in (used, {**used, **details}, {**used, "completion_tokens": 10, **details}):
        body = {**json.loads(completion(RIGHT).body), "usage": usage}
        endpoint.will(error(200, body))
        await noted()
    plain, cached, apart = await calls(resources)
    assert cached["cost_usd"] == pytest.approx(plain["cost_usd"] - 800 * 0.075e-6)
    assert (apart["input_tokens"], apart["output_tokens"]) == (1000, 100)


async def test_a_call_that_failed_costs_what_its_endpoint_reports(endpoint: Endpoint, resources: Resources) -> None:
    usage = {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}
    endpoint.will(error(500, {"error": {"message": "it broke"}, "usage": usage}))
    with pytest.raises(Transient):
        await noted()
    (call,) = await calls(resources)
    assert (call["status"], call["input_tokens"], call["output_tokens"]) == ("failed", 40, 2)
    assert await budget(resources) == (0, 42)


async def test_it_is_told_in_time_that_a_prompt_is_too_long(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "abilities", "context=4")
    with pytest.raises(Fatal, match=r"at least \d+ tokens, and the model's context holds 4"):
        await noted()
    assert endpoint.asked == []


def test_the_clock_that_dates_are_compared_with_is_the_wall_clock() -> None:
    assert parse_retry_after(format_datetime(datetime.fromtimestamp(time.time() - 5, UTC))) is None
