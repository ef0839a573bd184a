"""The local model as ChatOpenAI sees it: in this process, and over a real loopback socket."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
import uvicorn
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import APIStatusError, BadRequestError, InternalServerError, LengthFinishReasonError
from pydantic import SecretStr

from baton.errors import BadSetting
from baton.offline import transport
from baton.records import Record

ROOT = Path(__file__).parents[3]
LONG = "a sentence of many words, " * 8


class Length(Record):
    letters: int


class Weather(Record):
    degrees: int


class Banned(Record):
    word: str


@tool
def count(letters: int) -> str:
    """Count something."""
    return f"counted {letters}"


def measure(request: transport.Request) -> dict[str, int]:
    return {"letters": len(request.data.get("text", request.message))}


def refuse(request: transport.Request) -> Any:
    raise transport.Refusal(request.message)


def break_down(request: transport.Request) -> Any:
    raise LookupError(request.message)


def shout(request: transport.Request) -> str:
    return request.message.upper()


SKILLS: dict[str, transport.Responder] = {"Length": measure, "count": measure, "Banned": refuse, "chat": shout}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project whose file names skills, as a stranger's would; their name."""
    name = f"tiny_{tmp_path.name}"
    module = ModuleType("tiny_skills")
    vars(module).update(SKILLS={**SKILLS, "fragile": break_down}, NUMBER=7)
    monkeypatch.setitem(sys.modules, "tiny_skills", module)
    lines = [f'{name} = "tiny_skills:SKILLS"', 'empty = "tiny_skills:NUMBER"', 'gone = "tiny_skills:MISSING"']
    (tmp_path / "baton.toml").write_text("\n".join(["[responders]", *lines]))
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.fixture
def served(tiny: str) -> Iterator[str]:
    """The same skills on a loopback port; the base URL."""
    server = uvicorn.Server(uvicorn.Config(transport.app(tiny), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join()


@pytest.fixture(params=["in_process", "over_http"])
def model(request: pytest.FixtureRequest, tiny: str) -> ChatOpenAI:
    """A client of the local model, either way."""
    if request.param == "in_process":
        return local(tiny)
    return client(request.getfixturevalue("served"))


def local(name: str, **more: Any) -> ChatOpenAI:
    return client("http://local/v1", **transport.clients(name), **more)


def client(base_url: str, **more: Any) -> ChatOpenAI:
    key = SecretStr("local")
    return ChatOpenAI(model="tiny", base_url=base_url, api_key=key, max_retries=0, stream_usage=True, **more)


def gathered(pieces: list[AIMessageChunk]) -> AIMessageChunk:
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    return whole


def test_plain_text(model: ChatOpenAI) -> None:
    answer = model.invoke("hello")
    assert answer.text == "HELLO"
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] == 2


async def test_plain_text_async(model: ChatOpenAI) -> None:
    assert (await model.ainvoke("hello")).text == "HELLO"


def test_streaming(model: ChatOpenAI) -> None:
    pieces = [piece for piece in model.stream(LONG) if isinstance(piece, AIMessageChunk)]
    assert len(pieces) > 5
    whole = gathered(pieces)
    assert whole.text == LONG.upper()
    assert whole.usage_metadata == model.invoke(LONG).usage_metadata


async def test_streaming_async(model: ChatOpenAI) -> None:
    pieces = [piece async for piece in model.astream(LONG) if isinstance(piece, AIMessageChunk)]
    assert gathered(pieces).text == LONG.upper()


async def test_tools_are_called_and_their_results_are_read(model: ChatOpenAI) -> None:
    bound = model.bind_tools([count])
    asked: list[BaseMessage] = [HumanMessage("how long?")]
    first = await bound.ainvoke(asked)
    assert isinstance(first, AIMessage)
    call = first.tool_calls[0]
    assert (call["name"], call["args"]) == ("count", {"letters": 9})
    result = ToolMessage(count.invoke(call["args"]), tool_call_id=call["id"])
    assert (await bound.ainvoke([*asked, first, result])).text == "HOW LONG?"


async def test_tool_calls_stream(model: ChatOpenAI) -> None:
    pieces = [piece async for piece in model.bind_tools([count]).astream("how long?")]
    whole = gathered([piece for piece in pieces if isinstance(piece, AIMessageChunk)])
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [("count", {"letters": 9})]
    assert whole.usage_metadata is not None


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_answers(model: ChatOpenAI, method: Any) -> None:
    structured = model.with_structured_output(Length, method=method)
    assert await structured.ainvoke('```json\n{"text": "four"}\n```') == Length(letters=4)
    assert structured.invoke("seven77") == Length(letters=7)


async def test_a_cut_answer_raises_with_its_usage(tiny: str) -> None:
    structured = local(tiny, max_completion_tokens=1).with_structured_output(Length)
    with pytest.raises(LengthFinishReasonError) as cut:
        await structured.ainvoke("hello")
    assert cut.value.completion.usage is not None
    assert cut.value.completion.usage.completion_tokens == 1
    plain = await local(tiny, max_completion_tokens=1).ainvoke("hello")
    assert (plain.text, plain.response_metadata["finish_reason"]) == ("HELL", "length")


def test_a_refusal_reaches_the_caller(model: ChatOpenAI) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "Banned", "schema": Banned.model_json_schema()}}
    answer = model.invoke("no", response_format=form)
    assert answer.additional_kwargs["refusal"] == "no"


def test_an_unknown_schema_is_an_honest_400(model: ChatOpenAI) -> None:
    with pytest.raises(BadRequestError, match=r"'Weather'.*BATON_MODEL_<ROLE>.*OPENAI_API_KEY") as refused:
        model.with_structured_output(Weather).invoke("hello")
    assert refused.value.code == "no_skill"


def test_a_failing_skill_is_a_500_without_the_text(model: ChatOpenAI) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "fragile", "schema": {}}}
    with pytest.raises(InternalServerError, match="LookupError") as failed:
        model.invoke("my secret", response_format=form)
    assert "secret" not in str(failed.value)


def test_wrong_paths_methods_and_bodies_over_http(served: str) -> None:
    with httpx2.Client(base_url=served) as http:
        assert http.post("/chat/completions", content=b"{").json()["error"]["code"] == "invalid_json"
        assert [http.get("/nothing").status_code, http.get("/chat/completions").status_code] == [404, 405]
        assert http.delete("/models").json()["error"]["code"] == "method_not_allowed"
        assert http.get("/models").json()["data"][0]["object"] == "model"


def test_models_through_the_client_library(model: ChatOpenAI, tiny: str) -> None:
    assert [listed.id for listed in model.root_client.models.list()] == [tiny]
    with pytest.raises(APIStatusError) as missing:
        model.root_client.embeddings.create(model="tiny", input="text")
    assert missing.value.status_code == 404


def test_the_counter_agrees_with_the_usage_that_callers_saw(model: ChatOpenAI, tiny: str) -> None:
    answers = [model.invoke(text) for text in ("one", "two words", LONG)]
    paid = [answer.usage_metadata for answer in answers if answer.usage_metadata]
    usage = transport.endpoint(tiny).usage
    expected = (3, sum(use["input_tokens"] for use in paid), sum(use["output_tokens"] for use in paid))
    assert (usage.calls, usage.input_tokens, usage.output_tokens) == expected


def test_one_model_serves_several_event_loops_and_threads(tiny: str) -> None:
    model, texts = local(tiny), []

    async def many() -> list[str]:
        return [answer.text for answer in await asyncio.gather(*(model.ainvoke(f"call {n}") for n in range(10)))]

    def loop() -> None:
        texts.extend(asyncio.run(many()))

    loop()
    threads = [threading.Thread(target=loop) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == sorted(4 * [f"CALL {n}" for n in range(10)])


def test_clients_are_kept_and_replaced_once_closed(tiny: str) -> None:
    first = transport.clients(tiny)
    assert transport.clients(tiny) == first
    first["http_client"].close()
    assert transport.clients(tiny)["http_client"] is not first["http_client"]
    assert local(tiny).invoke("still here").text == "STILL HERE"


def test_skills_are_named_by_the_project_and_loaded_once(tiny: str) -> None:
    assert transport.load_responders(tiny)["chat"] is shout
    assert transport.load_responders(tiny) is transport.load_responders(tiny)
    with pytest.raises(BadSetting, match=rf"'nobody'.*{tiny}"):
        transport.load_responders("nobody")
    with pytest.raises(BadSetting, match="gone"):
        transport.load_responders("gone")
    with pytest.raises(BadSetting, match="mapping"):
        transport.load_responders("empty")


def test_importing_the_wire_loads_no_framework() -> None:
    heavy = {"httpx2", "langchain_core", "langgraph", "openai", "sklearn", "starlette"}
    code = f"import baton.offline.transport, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
