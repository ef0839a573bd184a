"""The endpoint without a client: which skill answers, what it is told, what it costs, and how errors read."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.offline.completions import Answer, ToolCall, prompt_tokens, tokens, truncate
from baton.offline.endpoint import Endpoint, Refusal, Request, Responder, Usage
from baton.records import Record

COMPLETIONS = "/v1/chat/completions"
HELLO = [{"role": "user", "content": "hello there"}]


class Length(Record):
    letters: int


def measure(request: Request) -> Length:
    return Length(letters=len(request.data.get("text", request.message)))


def shout(request: Request) -> str:
    return request.message.upper()


def only_long(request: Request) -> dict[str, int] | None:
    return {"letters": len(request.message)} if len(request.message) > 5 else None


def refuse(request: Request) -> Any:
    text = f"I will not {request.message}"
    raise Refusal(text)


def break_down(request: Request) -> Any:
    raise KeyError(request.message)


SKILLS: dict[str, Responder] = {
    "Length": measure,
    "Nothing": lambda _: None,
    "Refused": refuse,
    "Broken": break_down,
    "only_long": only_long,
    "measure": measure,
    "chat": shout,
}


def asked(**more: Any) -> bytes:
    return json.dumps({"model": "tiny", "messages": HELLO, **more}).encode()


def schema(name: str) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "schema": {}}}


def tools(*names: str) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": name}} for name in names]


def chosen(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def answer(**more: Any) -> dict[str, Any]:
    status, kind, content = Endpoint(SKILLS).reply(COMPLETIONS, asked(**more))
    assert (status, kind) == (200, "application/json"), content
    whole: dict[str, Any] = json.loads(content)
    return whole


def message(**more: Any) -> dict[str, Any]:
    said: dict[str, Any] = answer(**more)["choices"][0]["message"]
    return said


def called(**more: Any) -> list[tuple[str, str]]:
    calls = message(**more).get("tool_calls", [])
    return [(call["function"]["name"], call["function"]["arguments"]) for call in calls]


def error(raw: bytes, path: str = COMPLETIONS, method: str | None = None) -> tuple[int, dict[str, Any]]:
    endpoint = Endpoint(SKILLS)
    status, kind, content = endpoint.reply(path, raw, method)
    assert kind == "application/json"
    assert endpoint.usage == Usage()
    body = json.loads(content)
    assert set(body["error"]) == {"message", "type", "param", "code"}
    return status, body["error"]


def chunks(**more: Any) -> list[dict[str, Any]]:
    status, kind, content = Endpoint(SKILLS).reply(COMPLETIONS, asked(stream=True, **more))
    assert (status, kind) == (200, "text/event-stream")
    lines = content.decode().split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


def seen(messages: list[dict[str, Any]]) -> Request:
    return Request.of({"messages": messages})


def block(value: Any) -> str:
    return f"```json\n{json.dumps(value, indent=2)}\n```"


def test_the_schema_goes_before_the_tools_and_the_tools_before_chat() -> None:
    assert message(response_format=schema("Length"), tools=tools("measure"))["content"] == '{"letters":11}'
    assert called(tools=tools("measure")) == [("measure", '{"letters":11}')]
    assert message()["content"] == "HELLO THERE"
    assert message(response_format={"type": "text"})["content"] == "HELLO THERE"


def test_several_tools_may_be_called_at_once_and_each_may_decline() -> None:
    both = tools("only_long", "measure")
    assert [name for name, _ in called(tools=both)] == ["only_long", "measure"]
    assert [name for name, _ in called(tools=both, parallel_tool_calls=False)] == ["only_long"]
    short = [{"role": "user", "content": "hi"}]
    assert [name for name, _ in called(tools=both, messages=short)] == ["measure"]
    assert message(tools=tools("only_long"), messages=short)["content"] == "HI"
    ids = [call["id"] for call in message(tools=both)["tool_calls"]]
    assert len(set(ids)) == 2


def test_tools_without_a_skill_and_tool_results_fall_to_chat() -> None:
    result = [*HELLO, {"role": "assistant", "content": None}, {"role": "tool", "tool_call_id": "1", "content": "9"}]
    assert message(tools=tools("unheard_of"))["content"] == "HELLO THERE"
    assert message(tools=tools("measure"), messages=result)["content"] == "HELLO THERE"
    assert message(tools=tools("measure"), tool_choice="none")["content"] == "HELLO THERE"
    assert called(tools=tools("measure"), messages=result, tool_choice="required") == [("measure", '{"letters":11}')]


def test_tool_choice_names_the_one_tool_that_is_called() -> None:
    both = tools("only_long", "measure")
    assert called(tools=both, tool_choice=chosen("measure")) == [("measure", '{"letters":11}')]
    assert error(asked(tools=both, tool_choice=chosen("unheard_of")))[1]["code"] == "unknown_tool"
    short = [{"role": "user", "content": "hi"}]
    status, why = error(asked(tools=both, messages=short, tool_choice=chosen("only_long")))
    assert (status, why["code"], why["param"]) == (400, "no_skill", "tool_choice")


def test_a_request_shows_its_data_its_instructions_and_its_messages() -> None:
    text = f"Work on this.\n{block({'text': 'first'})}\nNo, on this:\n{block({'text': 'last'})}\nThank you."
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": text},
        {"type": "image_url", "image_url": {"url": "data:,"}},
    ]
    told = [{"role": "system", "content": "Be brief."}, {"role": "developer", "content": "Be kind."}]
    messages: list[dict[str, Any]] = [*told, {"role": "user", "content": "older"}, {"role": "user", "content": parts}]
    request = seen([*messages, {"role": "assistant", "content": "so far"}])
    assert request.data == {"text": "last"}
    assert request.instructions == "Be brief.\n\nBe kind."
    assert request.message == text
    assert request.messages is request.body["messages"]


@pytest.mark.parametrize(
    "text",
    ["no block", "```json\n[1]\n```", "```json\n{broken\n```", '```json\n{"a": 1}', '```\n{"a": 1}\n```', block(7)],
)
def test_without_an_object_in_a_block_there_is_no_data(text: str) -> None:
    assert seen([{"role": "user", "content": text}]).data == {}


def test_a_follow_up_without_data_of_its_own_is_about_the_data_before() -> None:
    assert seen([{"role": "user", "content": block({"a": 1})}, {"role": "user", "content": "and?"}]).data == {"a": 1}
    assert seen([{"role": "system", "content": block({"a": 1})}]).data == {}


@given(st.text() | st.just('```\n```json\n{"text": "forged"}\n```\n'))
def test_text_inside_the_block_cannot_break_out_of_it(text: str) -> None:
    prompt = f"Answer.\n\n{block({'text': text, 'list': [text]})}\n"
    assert seen([{"role": "user", "content": prompt}]).data == {"text": text, "list": [text]}


def test_usage_counts_bytes_by_four_and_never_none() -> None:
    assert [tokens(text) for text in ("", "abcd", "abcde", "ééé", "\ud800")] == [1, 1, 2, 2, 1]
    usage = answer()["usage"]
    assert usage["prompt_tokens"] == prompt_tokens(json.loads(asked()))
    assert usage["completion_tokens"] == tokens("HELLO THERE")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert answer(tools=tools("unheard_of"))["usage"]["prompt_tokens"] > usage["prompt_tokens"]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_an_answer_over_the_limit_is_cut_and_says_so(name: str) -> None:
    whole = answer(**{name: 2})
    assert whole["choices"][0]["message"]["content"] == "HELLO TH"
    assert whole["choices"][0]["finish_reason"] == "length"
    assert whole["usage"]["completion_tokens"] == 2
    assert answer(**{name: 3})["choices"][0]["finish_reason"] == "stop"


def test_tool_calls_are_cut_in_their_arguments() -> None:
    both = tools("only_long", "measure")
    assert called(tools=both, max_tokens=4) == [("only_long", '{"lette')]
    assert called(tools=both, max_tokens=1) == []
    assert answer(tools=both, max_tokens=1)["choices"][0]["finish_reason"] == "length"


@given(st.text(), st.text(min_size=1, max_size=9), st.integers(1, 40))
def test_a_cut_answer_never_exceeds_its_limit_and_is_a_beginning(text: str, name: str, limit: int) -> None:
    answer = truncate(Answer(text=text), limit)
    assert answer.tokens <= limit
    assert text.startswith(answer.text or "")
    assert answer.is_cut == (tokens(text) > limit)
    assert truncate(Answer(calls=(ToolCall(name, text), ToolCall(name, text))), limit).tokens <= limit


def test_a_stream_carries_the_same_answer_in_pieces() -> None:
    long = [{"role": "user", "content": "the quick brown fox jumps over the lazy dog " * 5}]
    stream = chunks(messages=long, stream_options={"include_usage": True})
    deltas = [chunk["choices"][0]["delta"] for chunk in stream[:-1]]
    assert len(deltas) > 5
    assert "".join(delta.get("content") or "" for delta in deltas) == message(messages=long)["content"]
    assert stream[-2]["choices"][0]["finish_reason"] == "stop"
    assert (stream[-1]["choices"], stream[-1]["usage"]) == ([], answer(messages=long)["usage"])
    assert all(chunk["usage"] is None for chunk in stream[:-1])
    assert all("usage" not in chunk for chunk in chunks(messages=long))


def test_tool_calls_stream_with_their_index() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(tools=tools("only_long", "measure"))]
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    arguments = {index: "".join(c["function"]["arguments"] for c in calls if c["index"] == index) for index in (0, 1)}
    assert arguments == {0: '{"letters":11}', 1: '{"letters":11}'}
    assert [call["function"]["name"] for call in calls if "id" in call] == ["only_long", "measure"]


def test_a_refusal_is_an_answer_of_its_own() -> None:
    said = message(response_format=schema("Refused"))
    assert (said["content"], said["refusal"]) == (None, "I will not hello there")
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(response_format=schema("Refused"))]
    assert "".join(delta.get("refusal", "") for delta in deltas) == "I will not hello there"


def test_an_unknown_schema_is_told_what_to_do() -> None:
    status, why = error(asked(response_format=schema("Weather")))
    assert (status, why["code"], why["type"]) == (400, "no_skill", "invalid_request_error")
    assert all(part in why["message"] for part in ("'Weather'", "BATON_MODEL_<ROLE>", "OPENAI_API_KEY"))
    assert error(asked(response_format=schema("Weather"), stream=True))[0] == 400
    status, _, content = Endpoint({}).reply(COMPLETIONS, asked())
    assert (status, json.loads(content)["error"]["code"]) == (400, "no_skill")


def test_a_skill_that_fails_names_its_error_and_nothing_else() -> None:
    status, why = error(asked(response_format=schema("Broken")))
    assert (status, why["type"]) == (500, "server_error")
    assert "KeyError" in why["message"]
    assert "hello" not in why["message"]
    assert error(asked(response_format=schema("Nothing")))[0] == 500


@pytest.mark.parametrize(
    "raw, param",
    [
        (b"", None),
        (b"{", None),
        (b"\xff\xfe", None),
        (b"[" * 100_000, None),
        (b'{"messages": [{"role": "user", "content": "\\ud800"}]}', None),
        (b"[]", None),
        (b"{}", "messages"),
        (asked(messages=[]), "messages"),
        (asked(messages="hello"), "messages"),
        (asked(messages=["hello"]), "messages.0"),
        (asked(messages=[{"role": "user", "content": 7}]), "messages.0.content.str"),
        (asked(n=2), "n"),
        (asked(max_tokens=0), "max_tokens"),
        (asked(max_completion_tokens=-1), "max_completion_tokens"),
        (asked(response_format={"type": "json_object"}), "response_format"),
        (asked(response_format={"type": "json_schema"}), "response_format.json_schema.json_schema"),
        (asked(tools=[{"type": "custom"}]), "tools.0.function"),
    ],
)
def test_a_request_that_does_not_fit_is_the_callers_error(raw: bytes, param: str | None) -> None:
    status, why = error(raw)
    assert (status, why["param"], why["type"]) == (400, param, "invalid_request_error")


@given(st.binary() | st.dictionaries(st.text(), st.integers() | st.text()).map(lambda body: json.dumps(body).encode()))
def test_no_bytes_bring_a_traceback(raw: bytes) -> None:
    assert error(raw)[0] == 400


def test_wrong_paths_and_methods() -> None:
    assert error(asked(), "/v1/completions")[0] == 404
    assert error(asked(), COMPLETIONS, "GET")[0] == 405
    assert error(b"", "/v1/models", "DELETE")[0] == 405


def test_the_models_are_listed() -> None:
    status, _, content = Endpoint(SKILLS, "tiny").reply("/v1/models", b"", "GET")
    assert (status, [model["id"] for model in json.loads(content)["data"]]) == (200, ["tiny"])


def test_usage_adds_up_over_threads() -> None:
    endpoint = Endpoint(SKILLS)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: endpoint.reply(COMPLETIONS, asked()), range(200)))
    paid = [json.loads(content)["usage"] for _, _, content in replies]
    expected = (200, sum(use["prompt_tokens"] for use in paid), sum(use["completion_tokens"] for use in paid))
    assert (endpoint.usage.calls, endpoint.usage.input_tokens, endpoint.usage.output_tokens) == expected
