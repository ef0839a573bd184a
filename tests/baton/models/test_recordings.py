"""Answers of a real model, recorded over a socket by the request that they answer, and replayed without one."""

import asyncio
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import TypedDict

from baton.config.settings import settings
from baton.errors import BadSetting, NoRecording, TooLong, Transient
from baton.models.asking import ask
from baton.models.data_blocks import data_block
from baton.models.http_clients import bounded_clients
from baton.models.models import models
from baton.models.recorded import recording_clients, replaying_clients
from baton.models.recorded_parts import folded, unfolded
from baton.models.recordings import Place, Recording, Recordings, recordings, rendered
from baton.records import Record
from baton.runtime.resources import open_resources
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.conftest import Endpoint, Reply, completion, failure, wrapped

CARD = "4111 1111 1111 1111"
CALLS = "SELECT status, input_tokens, output_tokens, error FROM model_calls ORDER BY rowid"


class Verdict(Record):
    note: str


class State(TypedDict, total=False):
    text: str
    rule: str
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask("judge", Verdict, state.get("rule", "Judge."), {"text": state["text"]})).note}


graph = TypedStateGraph(State).add_node(judge).set_entry_point("judge").compile()

Judge = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "recordings.jsonl"


@pytest.fixture
def record(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_RECORD", str(file))


@pytest.fixture
def replay(file: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on every role answers from the file, and nobody is at the other end."""

    def from_now() -> None:
        monkeypatch.delenv("BATON_RECORD", raising=False)
        monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        for role in ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE"):
            monkeypatch.setenv(f"BATON_MODEL_{role}", f"recorded:{file}")
        settings.cache_clear()

    return from_now


async def judged(*texts: str, **more: str) -> tuple[list[Any], list[tuple[Any, ...]]]:
    """What came of each text, worked at once, and what stands of the calls; an error is what came of it, too."""
    async with open_resources() as resources:
        runs = (graph.ainvoke({"text": text, **more}) for text in texts)
        came = [
            each["note"] if isinstance(each, dict) else each
            for each in await asyncio.gather(*runs, return_exceptions=True)
        ]
        calls = await resources.database.do(lambda tx: tx.execute(CALLS).fetchall())
        await resources.database.do(lambda tx: tx.execute("DELETE FROM model_calls"))
    return came, [tuple(call) for call in calls]


def values() -> st.SearchStrategy[Any]:
    """JSON values such as a request holds: long and short texts, some repeated, data blocks, nested."""
    texts = st.text(max_size=20) | st.sampled_from(["a policy that many questions hold, " * n for n in (5, 6, 9)])
    plain = texts | st.booleans() | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    names = texts | st.sampled_from(["$part", "$json", "$$part", "$ref"])
    nested = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))
    return st.lists(nested | st.dictionaries(names, nested, max_size=4).map(data_block), max_size=3)


def read(file: Path) -> str:
    return file.read_text("utf-8")


def write(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in read(file).splitlines()]


@pytest.mark.parametrize(
    "replies",
    [
        [completion('{"note": "guilty"}')],
        [completion('```json\n{"note": "guilty"}\n```')],
        [completion('{"note": 5}'), completion('{"note": "mended"}')],
        [completion("no"), completion("no again")],
        [completion('{"note": "gui', finish="length")],
        [completion(None, refusal="I will not")],
        [completion("")],
        [
            wrapped(
                choices=[
                    {"message": {"content": "", "reasoning_content": '{"note": "thought"}'}, "finish_reason": "stop"}
                ]
            )
        ],
        [wrapped(choices=[{"message": {"content": '{"note": "x"}'}, "finish_reason": "stop"}], usage=None)],
        [failure(400, "content_filter")],
    ],
    ids=["fits", "fenced", "mended", "of no use", "cut", "refused", "empty", "thought", "no usage", "filtered"],
)
@pytest.mark.usefixtures("record")
async def test_a_replayed_run_ends_and_is_charged_as_the_recorded_one(
    endpoint: Endpoint, replay: Callable[[], None], replies: list[Reply]
) -> None:
    endpoint.will(*replies)
    came, calls = await judged("They took it.")
    replay()
    again, charged = await judged("They took it.")
    assert [repr(each) for each in again] == [repr(each) for each in came]
    assert charged == calls


@pytest.mark.usefixtures("record")
async def test_what_is_recorded_is_not_asked_again_not_even_at_once(endpoint: Endpoint) -> None:
    endpoint.will(completion('{"note": "guilty"}'))
    texts = ["They took it.", "They gave it."] * 5
    came, calls = await judged(*texts)
    assert came == ["guilty"] * 10
    assert (len(endpoint.asked), len(calls)) == (2, 10)
    await judged(*texts)
    assert len(endpoint.asked) == 2


@pytest.mark.usefixtures("record")
async def test_what_may_pass_is_not_recorded(endpoint: Endpoint, file: Path) -> None:
    endpoint.will(failure(500), completion('{"note": "guilty"}'))
    [failed], _ = await judged("They took it.")
    assert isinstance(failed, Transient)
    assert (await judged("They took it."))[0] == ["guilty"]
    assert sum("key" in row for row in rows(file)) == 1


async def test_what_is_too_long_for_a_model_is_so_again(file: Path) -> None:
    def refuse(_request: httpx2.Request) -> httpx2.Response:
        raise TooLong("the prompt has 9,000 tokens")

    transport = httpx2.MockTransport(refuse)
    inner = bounded_clients(transports=(transport, transport))
    body = {"model": "m", "messages": [{"role": "user", "content": "long"}]}
    for clients in (
        recording_clients(Recordings(file), "llama:m", inner),
        replaying_clients(Recordings(file), "llama:m"),
    ):
        with pytest.raises(TooLong, match="9,000 tokens"):
            await clients[1].post("http://m/v1/chat/completions", json=body)
        with pytest.raises(TooLong, match="9,000 tokens"):
            clients[0].post("http://m/v1/chat/completions", json=body)
    assert sum("key" in row for row in rows(file)) == 1


@pytest.mark.usefixtures("record")
async def test_what_is_not_asked_for_any_more_is_taken_out(endpoint: Endpoint, file: Path) -> None:
    endpoint.will(completion('{"note": "guilty"}'))
    rule = "Judge by the old book, which says all that there is to be said about it. " * 5
    await judged("They took it.", "They gave it.", rule=rule)
    recordings.cache_clear()
    await judged("They took it.", rule=rule.replace("old", "new"))
    recordings(file).prune()
    assert (read(file).count("old book"), read(file).count("new book")) == (0, 5)
    await judged("They took it.", rule=rule.replace("old", "new"))
    assert len(endpoint.asked) == 3


@pytest.mark.usefixtures("record")
async def test_a_request_that_nobody_recorded_is_told_with_what_differs_and_how_to_record(
    endpoint: Endpoint, replay: Callable[[], None], file: Path
) -> None:
    endpoint.will(completion('{"note": "guilty"}'))
    await judged("They took it.", "It was a gift, and she wore it.")
    replay()
    [error], calls = await judged("They took it.", rule="Judge mildly.")
    assert isinstance(error, NoRecording)
    words = str(error)
    assert "- Judge. | + Judge mildly.; record anew: BATON_RECORD=" in words
    assert "\n" not in words
    assert str(file) in words
    assert len(calls) == 1  # it is not tried again


@pytest.mark.usefixtures("record")
async def test_the_command_that_made_the_file_is_the_one_that_records_anew(
    endpoint: Endpoint, replay: Callable[[], None], file: Path
) -> None:
    Recordings(file).begin("make recordings")
    endpoint.will(completion('{"note": "guilty"}'))
    await judged("They took it.")
    replay()
    [error], _ = await judged("They ate it.")
    assert str(error).endswith("record anew: make recordings")
    assert '- "text": "They took it." | + "text": "They ate it."' in str(error)


@pytest.mark.usefixtures("record")
async def test_what_is_masked_everywhere_and_keys_are_not_in_the_file(
    endpoint: Endpoint, replay: Callable[[], None], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-proj-abcdefghijklmnopqrstuvwxyz123456")
    endpoint.will(completion(json.dumps({"note": f"their card {CARD}"})))
    came, _ = await judged(f"My card is {CARD}.")
    text = read(file)
    assert (CARD in text, "sk-proj" in text, "1111" in text) == (False, False, True)
    replay()
    assert (await judged(f"My card is {CARD}."))[0] == came


@pytest.mark.usefixtures("record")
async def test_a_text_that_many_requests_share_stands_once(endpoint: Endpoint, file: Path) -> None:
    endpoint.will(completion('{"note": "guilty"}'))
    rule = "Judge by the book, which says all that there is to be said about it. " * 5
    await judged("They took it.", "They gave it.", "They ate it.", rule=rule)
    assert read(file).count("Judge by the book") == 5
    assert read(file).count('"properties"') == 1


@given(values())
def test_what_is_folded_is_unfolded_to_the_same(value: Any) -> None:
    parts: dict[str, Any] = {}
    made = folded(value, parts)
    assert unfolded(json.loads(json.dumps(made)), json.loads(json.dumps(parts))) == value


def recording(text: str, model: str = "openai:scripted") -> Recording:
    request = rendered({"messages": [{"role": "user", "content": text}]})
    return Recording(model, request, {"message": {"content": text}, "finish_reason": "stop"})


def test_a_line_that_was_half_written_is_cut_off_and_recorded_anew(file: Path) -> None:
    one, other = recording("one"), recording("other")
    Recordings(file).add(one)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"key": "0a3e", "mod')
    resumed = Recordings(file)
    assert resumed.find(one.key) == one
    resumed.add(other)
    assert file.read_bytes().startswith(whole)
    assert [Recordings(file).find(each.key) for each in (one, other)] == [one, other]


def test_what_another_adds_is_found_without_opening_the_file_anew(file: Path) -> None:
    mine, theirs = Recordings(file), Recordings(file)
    each = recording("a text that is long enough to be a part of its own, " * 5)
    theirs.add(each)
    assert mine.find(each.key) == each
    mine.add(each)
    assert sum("key" in row for row in rows(file)) == 1


def test_a_file_that_was_made_anew_is_read_as_a_whole_also_where_it_is_longer(file: Path, tmp_path: Path) -> None:
    mine, anew = Recordings(file), Recordings(tmp_path / "anew.jsonl")
    mine.add(recording("They took it."))
    others = [recording("They gave it to her, and she wore it ever after."), recording("They lent it.")]
    for each in others:
        anew.add(each)
    anew.path.replace(file)
    assert [mine.find(each.key) for each in others] == others
    assert mine.count == len(others)


def test_a_line_that_is_none_is_told_each_time_that_it_is_met(file: Path) -> None:
    mine = Recordings(file)
    mine.add(recording("They took it."))
    write(file, read(file) + "a diary\n")
    for _ in range(2):
        with pytest.raises(BadSetting, match="line 3 is none of a recording"):
            mine.refresh()


def test_what_a_killed_process_left_of_a_new_file_is_not_taken_over(file: Path) -> None:
    Recordings(file.with_name(f"{file.name}.new")).add(recording("They ate it."))
    mine, each = Recordings(file), recording("They took it.")
    mine.add(each)
    mine.find(each.key)
    mine.prune()
    assert (mine.count, mine.find(each.key)) == (1, each)


def add_many(file: Path, start: int) -> None:
    mine = Recordings(file)
    for number in range(start, start + 60):
        mine.add(recording(f"number {number}, {'and so on, ' * 30}"))


def test_processes_record_into_one_file_at_once(file: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    writers = [spawn.Process(target=add_many, args=(file, start)) for start in (0, 30, 60)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    keys = [row["key"] for row in rows(file) if "key" in row]
    assert (len(keys), len(set(keys))) == (120, 120)


def test_each_line_can_be_read_and_its_key_follows_from_it(file: Path) -> None:
    each = recording("They took it.")
    Recordings(file).add(each)
    assert list(rows(file)[-1])[:3] == ["key", "model", "request"]
    assert rows(file)[-1]["key"] == each.key
    assert each.key != recording("They took it.", "llama:smollm2").key


@pytest.mark.parametrize(
    "content, words",
    [
        ("", "holds no recordings"),
        ("a diary\n", "line 1 is none of a recording"),
        ('{"recordings": 2}\n', "version 2, and 1 is read here"),
        ('{"recordings": 1}\n{"key": "k", "model": "m", "request": {"messages": []}}\n', "line 2"),
        ('{"recordings": 1}\n{"key": "k", "model": "m", "request": {"a": {"$part": "b"}}, "answer": {}}\n', "line 2"),
        ("[]\n", "line 1"),
    ],
)
async def test_a_file_that_holds_none_is_told_before_a_run_begins(
    file: Path, replay: Callable[[], None], content: str, words: str
) -> None:
    write(file, content)
    replay()
    async with open_resources() as resources:
        with pytest.raises(BadSetting, match=words):
            await (await resources.resource(models)).prepare()


async def test_of_several_models_in_a_file_one_is_named(file: Path, replay: Callable[[], None]) -> None:
    for model in ("openai:scripted", "llama:smollm2"):
        Recordings(file).add(recording("They took it.", model))
    replay()
    async with open_resources() as resources:
        with pytest.raises(BadSetting, match=f"write one of recorded:{file}#openai:scripted"):
            await (await resources.resource(models)).prepare()
    assert Place.of(f"recorded:{file}#llama:smollm2") == (file, "llama:smollm2")
    assert Place.of(f"recorded:{file}#2") == (file.with_name(f"{file.name}#2"), None)
    assert Recordings(file).model_named("llama:smollm2") == "llama:smollm2"


@pytest.mark.usefixtures("record")
async def test_a_replay_asks_in_the_form_that_the_endpoint_took(endpoint: Endpoint, replay: Callable[[], None]) -> None:
    refusal = Reply(
        400, b'{"error": {"message": "response_format is not supported"}}', {"content-type": "application/json"}
    )
    endpoint.will(refusal, completion('{"note": "guilty"}'))
    assert (await judged("They took it."))[0] == ["guilty"]
    replay()
    assert (await judged("They took it."))[0] == ["guilty"]
