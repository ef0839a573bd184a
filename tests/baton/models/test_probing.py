"""`baton models probe` and `doctor --probe`: what a model takes is found out by small questions, kept and shown."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from baton.cli.work.model_probe import abilities_text, probe_models
from baton.config.settings import settings
from baton.models.abilities import keep_abilities, load_abilities
from baton.models.dialects import Dialect
from baton.runtime.resources import open_resources
from tests.baton.conftest import Endpoint, Reply, completion, failure, wrapped

LETTERS = "abcdefghijklmnopqrstuvwxyz"
CALL = {"id": "1", "type": "function", "function": {"name": "note", "arguments": '{"word": "yes"}'}}
REFUSED = {"error": {"message": "response_format is not supported"}}


def told(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"})


class Served:
    """A server that keeps to what its abilities say."""

    def __init__(self, **abilities: Any) -> None:
        self.abilities = {"form": "strict", "bounds": True, "cap": "max_completion_tokens", "tools": True} | abilities
        self.asked: list[dict[str, Any]] = []

    def next(self, raw: bytes) -> Reply:
        request = json.loads(raw)
        self.asked.append(request)
        if self.abilities["cap"] not in request:
            return told(422, {"error": "unknown field: max_completion_tokens or max_tokens"})
        if request.get("tools"):
            return self._with_tool()
        form = request.get("response_format", {})
        if self.abilities["form"] == "words" and form:
            return told(400, REFUSED)
        keeps = form and self.abilities["form"] == "strict" and self.abilities["bounds"]
        is_json = (form and self.abilities["form"] == "strict") or "schema" in request["messages"][-1]["content"]
        text = json.dumps({"letters": LETTERS[:5] if keeps else LETTERS}) if is_json else LETTERS
        return self._thinking(text)

    def _with_tool(self) -> Reply:
        if not self.abilities["tools"]:
            return told(400, {"error": {"message": "tools are not supported"}})
        message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
        return wrapped(choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}])

    def _thinking(self, text: str) -> Reply:
        where = self.abilities.get("thinking")
        if where == "tags":
            return completion(f"<think>Hm.</think>{text}")
        message = {"role": "assistant", "content": text, **({"reasoning_content": "Hm."} if where == "field" else {})}
        return wrapped(choices=[{"index": 0, "message": message, "finish_reason": "stop"}])


@pytest.fixture
def serving(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Any]:
    for role in ("CLASSIFIER", "CHEAP", "STRONG"):
        monkeypatch.setenv(f"BATON_MODEL_{role}", "local:desk")
    settings.cache_clear()

    def serve(server: Any) -> Any:
        monkeypatch.setattr(endpoint, "next", server.next)
        return server

    return serve


async def found() -> dict[str, Any]:
    *_, judge = await probe_models()
    assert judge["fault"] is None
    assert judge["abilities"]
    return judge["abilities"]


SERVERS: dict[str, dict[str, Any]] = {
    "all": {},
    "no bounds": {"bounds": False},
    "the old name of the cap": {"cap": "max_tokens"},
    "words alone": {"form": "words"},
    "no tools": {"tools": False},
    "thinking in tags": {"thinking": "tags"},
    "thinking in a field": {"thinking": "field"},
}


@pytest.mark.parametrize("name", SERVERS)
async def test_what_a_model_takes_is_found_out_by_what_it_does(serving: Callable[[Any], Any], name: str) -> None:
    server = serving(Served(**SERVERS[name]))
    abilities = await found()
    assert {**abilities, **SERVERS[name]} == abilities
    assert abilities["usage"] is True
    assert len(server.asked) <= 6


async def test_a_schema_that_is_taken_and_not_kept_to_is_found_out(serving: Callable[[Any], Any]) -> None:
    serving(Served(form="nothing"))
    abilities = await found()
    assert (abilities["form"], abilities["said"], abilities["bounds"]) == ("strict", True, False)


async def test_what_is_fixed_by_hand_is_not_asked_about(
    serving: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_ABILITIES", "form=json_object, context=512, tools=no")
    settings.cache_clear()
    serving(Served())
    abilities = await found()
    assert (abilities["form"], abilities["context"], abilities["tools"]) == ("json_object", 512, False)


async def test_it_is_kept_and_found_anew_by_the_next_probe(serving: Callable[[Any], Any]) -> None:
    serving(Served(cap="max_tokens"))
    await found()
    async with open_resources() as resources:
        address = str(resources.settings.openai_base_url)
        known = await resources.database.do(lambda tx: load_abilities(tx, address, "scripted"))
    assert known is not None
    assert (known.dialect.cap, known.source) == ("max_tokens", "probe")
    serving(Served())
    assert (await found())["cap"] == "max_completion_tokens"


@pytest.mark.parametrize("value", ["", "[]", '{"dialect": {}}', '{"dialect": 7, "at": 1, "source": "use"}', "no JSON"])
async def test_a_row_that_cannot_be_read_is_no_knowledge(value: str) -> None:
    async with open_resources() as resources:
        do = resources.database.do
        await do(lambda tx: keep_abilities(tx, "http://h/v1", "m", Dialect(), "use"))
        assert await do(lambda tx: load_abilities(tx, "http://h/v1", "m")) is not None
        await do(lambda tx: tx.execute("UPDATE about SET value = ? WHERE name LIKE 'abilities%'", (value,)).rowcount)
        assert await do(lambda tx: load_abilities(tx, "http://h/v1", "m")) is None


async def test_a_name_that_the_endpoint_does_not_know_is_told_in_its_words(endpoint: Endpoint) -> None:
    endpoint.will(told(404, {"error": {"message": "The model `scripted` does not exist"}}))
    rows = await probe_models()
    assert {row["role"] for row in rows if "does not exist" in str(row["fault"])} == {
        "classifier",
        "cheap",
        "strong",
        "judge",
    }


async def test_an_endpoint_that_is_away_is_told(endpoint: Endpoint) -> None:
    endpoint.will(failure(503))
    assert all("503" in str(row["fault"]) for row in await probe_models())


def test_a_line_says_all() -> None:
    text = abilities_text(Dialect(said=True, tools=False, context=8192).as_object())
    assert text.startswith("form strict and words, bounds yes, cap max_completion_tokens")
    assert text.endswith("tools no, usage ?, thinking ?, context 8192")
    assert abilities_text(None) == "all"
