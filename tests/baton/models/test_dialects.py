"""The form in which an endpoint takes a request: found out by asking, kept in the home, fixed by hand where wanted."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from typing_extensions import TypedDict

from baton.config.settings import settings
from baton.errors import BadAnswer, BadSetting, Refused
from baton.models import access
from baton.models.asking import ask
from baton.models.dialects import (
    FORMS,
    IN_WORDS,
    Cap,
    Dialect,
    next_dialect,
    parse_abilities,
    response_format,
    schema_of,
)
from baton.offline.completions import tokens
from baton.records import Record
from baton.runtime.resources import Resources, open_resources
from baton.steps.typed_graph import TypedStateGraph
from baton.storage.database import Database
from tests.baton.conftest import Endpoint, Reply, completion
from tests.baton.models.test_asking import budget, calls

RIGHT = completion('{"note": "guilty"}')


class Verdict(Record):
    note: str = Field(max_length=400)


class State(TypedDict, total=False):
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask("judge", Verdict, "Judge.", {})).note}


graph = TypedStateGraph(State).add_node(judge).set_entry_point("judge").compile()


async def noted() -> str:
    note: str = (await graph.ainvoke({}))["note"]
    return note


Refusal = Callable[[dict[str, Any]], Any]
"""Takes a request; returns the body of its refusal, None where it is taken."""


@dataclass
class Server:
    """Refuses what its rule refuses; else answers right where the request says the schema, in whatever form."""

    rule: Refusal
    status: int = 400
    asked: list[dict[str, Any]] = field(default_factory=list)
    keeps_schema: bool = True

    def next(self, raw: bytes) -> Reply:
        request = json.loads(raw)
        self.asked.append(request)
        if (refused := self.rule(request)) is not None:
            return Reply(self.status, json.dumps(refused).encode(), {"content-type": "application/json"})
        is_carried = request.get("response_format", {}).get("type") == "json_schema" and self.keeps_schema
        return RIGHT if is_carried or IN_WORDS in str(request["messages"]) else completion("Guilty, I should say.")

    @property
    def forms(self) -> list[str]:
        """The forms in which the question was asked, one after the other."""
        return [_form(each) for each in self.asked if each["messages"][-1]["content"] != "Say yes."]


def _form(request: dict[str, Any]) -> str:
    shape = request.get("response_format")
    cap = "" if "max_completion_tokens" in request else ", max_tokens"
    if shape is None:
        return f"words{cap}"
    if shape["type"] == "json_object":
        return f"json_object{cap}"
    named = shape["json_schema"]
    bounds = "" if "maxLength" in str(named["schema"]) else ", unbound"
    return f"{'strict' if named.get('strict') else 'schema'}{bounds}{cap}"


@pytest.fixture
def serving(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Callable[[Server], Server]:
    def serve(server: Server) -> Server:
        monkeypatch.setattr(endpoint, "next", server.next)
        return server

    return serve


def refuses(*names: str, words: Any) -> Refusal:
    return lambda request: words if any(name in json.dumps(request) for name in names) else None


SCHEMA_TYPE = '"json_schema"'
EXTRA = {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "not permitted"}]}
ENDPOINTS: dict[str, tuple[Refusal, list[str]]] = {
    "takes all": (lambda _: None, ["strict"]),
    "knows no max_completion_tokens": (
        refuses("max_completion_tokens", words={"error": {"message": "Unrecognized argument: max_completion_tokens"}}),
        ["strict", "strict, max_tokens"],
    ),
    "forbids what it does not know": (refuses("max_completion_tokens", words=EXTRA), ["strict", "strict, max_tokens"]),
    "says only that it is bad": (
        refuses("max_completion_tokens", words="Bad Request"),
        ["strict", "strict, max_tokens"],
    ),
    "takes no bounds": (
        refuses(
            '"maxLength"', words={"error": {"message": "'maxLength' is not permitted.", "param": "response_format"}}
        ),
        ["strict", "strict, unbound"],
    ),
    "takes no strict": (
        refuses('"strict"', words={"error": {"message": "Unknown parameter: response_format.json_schema.strict"}}),
        ["strict", "schema"],
    ),
    "takes no schema": (
        refuses(SCHEMA_TYPE, words={"error": {"message": "This response_format type is unavailable now"}}),
        ["strict", "schema", "json_object"],
    ),
    "takes no schema, vaguely": (refuses(SCHEMA_TYPE, words={"error": "no"}), ["strict", "schema", "json_object"]),
    "takes no response_format": (
        refuses("response_format", words={"error": {"message": "response_format is not supported"}}),
        ["strict", "schema", "json_object", "words"],
    ),
    "takes nothing new": (
        refuses("response_format", "max_completion_tokens", words="invalid request"),
        ["strict", "strict, max_tokens", "schema, max_tokens", "json_object, max_tokens", "words, max_tokens"],
    ),
}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_the_next_form_is_tried_until_one_is_taken_and_that_is_kept(
    serving: Callable[[Server], Server], resources: Resources, name: str, status: int
) -> None:
    rule, forms = ENDPOINTS[name]
    server = serving(Server(rule, status))
    assert [await noted() for _ in range(2)] == ["guilty"] * 2
    assert server.forms == [*forms, forms[-1]]
    assert [call["status"] for call in await calls(resources) if call["note"] != "asked plainly"] == ["answered"] * 2


async def test_what_was_found_out_is_kept_in_the_home(serving: Callable[[Server], Server]) -> None:
    rule, forms = ENDPOINTS["takes no schema"]
    server = serving(Server(rule))
    for _ in range(2):
        async with open_resources():
            await noted()
    assert server.forms == [*forms, "json_object"]


async def test_an_endpoint_that_refuses_what_it_took_is_asked_anew(
    serving: Callable[[Server], Server], resources: Resources
) -> None:
    server = serving(Server(lambda _: None))
    await noted()
    server.rule = ENDPOINTS["takes no schema"][0]
    assert await noted() == "guilty"
    assert server.forms == ["strict", "strict", "schema", "json_object"]


async def test_an_endpoint_that_refuses_everything_is_believed_for_a_while(
    serving: Callable[[Server], Server], resources: Resources
) -> None:
    server = serving(Server(lambda _: {"error": "go away"}))
    for _ in range(3):
        with pytest.raises(Refused, match="go away"):
            await noted()
    assert server.forms == ["strict"] * 3
    assert len(server.asked) == 5
    assert await budget(resources) == (0, 0)


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 8192 tokens",
        "The response was filtered due to the content management policy",
        "API key not valid. Please pass a valid API key.",
    ],
)
async def test_a_refusal_of_what_was_asked_is_no_matter_of_the_form(
    serving: Callable[[Server], Server], resources: Resources, words: str
) -> None:
    server = serving(Server(lambda _: {"error": {"message": words}}))
    with pytest.raises(Refused, match=words[:20]):
        await noted()
    assert len(server.asked) == 1


async def test_where_a_schema_is_taken_and_not_kept_to_it_is_said_as_well(
    serving: Callable[[Server], Server], resources: Resources
) -> None:
    server = serving(Server(lambda _: None, keeps_schema=False))
    assert [await noted() for _ in range(2)] == ["guilty"] * 2
    said = [IN_WORDS in str(each["messages"]) for each in server.asked]
    assert (said, server.forms) == ([False, True, True], ["strict"] * 3)


async def test_the_reservation_holds_whatever_form_is_asked_in(
    serving: Callable[[Server], Server], resources: Resources
) -> None:
    server = serving(Server(ENDPOINTS["takes no response_format"][0]))
    await noted()
    (call,) = await calls(resources)
    assert call["reserved_tokens"] >= max(tokens(json.dumps(each)) for each in server.asked)


async def test_what_is_fixed_by_hand_is_sent_and_stays(
    serving: Callable[[Server], Server], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "abilities", "form=json_object,cap=max_tokens")
    server = serving(Server(lambda _: None))
    assert await noted() == "guilty"
    server.rule = refuses("json_object", words={"error": {"message": "json_object is not supported"}})
    with pytest.raises(Refused):
        await noted()
    assert server.forms == ["json_object, max_tokens"] * 2


async def test_temperature_and_seed_go_along_until_they_are_refused(
    serving: Callable[[Server], Server], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "temperature", 0.0)
    monkeypatch.setattr(resources.settings, "seed", 7)
    rule = refuses('"temperature"', words={"error": {"message": "Unsupported value: 'temperature' does not support 0"}})
    server = serving(Server(rule))
    assert [await noted() for _ in range(2)] == ["guilty"] * 2
    sent = [(each.get("temperature"), each.get("seed")) for each in server.asked]
    assert sent == [(0.0, 7), (None, None), (None, None)]


async def test_a_usage_that_is_not_to_be_believed_counts_as_none(
    serving: Callable[[Server], Server], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "abilities", "usage=no")
    serving(Server(lambda _: None))
    await noted()
    (call,) = await calls(resources)
    assert await budget(resources) == (0, call["reserved_tokens"])


async def test_an_answer_of_the_wrong_values_says_nothing_of_the_form(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(completion(json.dumps({"note": "x" * 401})))
    with pytest.raises(BadAnswer):
        await noted()
    assert [IN_WORDS in str(each["messages"]) for each in endpoint.asked] == [False, False]


@pytest.mark.parametrize("text", ["form=xml", "colour=red", "bounds", "context=0", "context=-1", "form=words;cap=x"])
def test_what_cannot_be_fixed_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BATON_ABILITIES_JUDGE", text)
    with pytest.raises(BadSetting, match=r"BATON_ABILITIES_JUDGE .* write NAME=VALUE"):
        settings()


def test_what_is_fixed_for_a_role_counts_before_what_is_fixed_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_ABILITIES", "form=words, context=8192")
    monkeypatch.setenv("BATON_ABILITIES_JUDGE", "form=schema")
    assert parse_abilities(settings().abilities_of("judge")) == {"form": "schema", "context": 8192}


class Bounded(Record):
    maximum: int = Field(ge=1, le=9)
    names: list[str] = Field(max_length=3)


def test_what_is_known_of_answers_changes_no_request() -> None:
    known = Dialect(usage=True, thinking="none", tools=False, context=8192)
    assert known.renders_as(Dialect())
    assert not known.renders_as(Dialect(said=True))


async def test_where_no_form_is_taken_calls_at_once_find_that_out_once() -> None:
    endpoint, sent = access.Endpoint("", "", Dialect(), database=cast("Database", object())), list[str]()

    async def send(dialect: Dialect) -> str:
        sent.append(dialect.form)
        await asyncio.sleep(0)
        raise Refused("no", 400, "no")

    async def plain(cap: Cap) -> bool:
        sent.append(cap)
        await asyncio.sleep(0)
        return False

    came = await asyncio.gather(*(endpoint.in_dialect(send, plain) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in came] == [Refused] * 5
    assert sent == ["strict"] * 5 + ["max_completion_tokens", "max_tokens"]


def test_a_dialect_that_is_known_stays() -> None:
    endpoint = access.Endpoint("", "", Dialect())
    endpoint.learn(Dialect(said=True))
    assert endpoint.dialect == Dialect()


def test_a_schema_without_bounds_keeps_all_but_the_bounds() -> None:
    bare = schema_of(Bounded, "strict", bounds=False)
    assert set(bare["properties"]) == {"maximum", "names"}
    assert not {"minimum", "maxItems"} & set(json.dumps(bare).replace('"', " ").split())
    assert {"minimum", "maxItems"} <= set(
        json.dumps(schema_of(Bounded, "strict", bounds=True)).replace('"', " ").split()
    )
    assert response_format(Bounded, "words", bounds=True) is None


@given(st.lists(st.text() | st.sampled_from(["max_tokens", "json_schema", "maxLength", "temperature"]), max_size=12))
def test_whatever_is_said_the_forms_come_to_an_end(refusals: list[str]) -> None:
    tried, dialect = [Dialect()], Dialect()
    for words in [*refusals, *["no"] * 20]:
        other = next_dialect(dialect, words, (), tried)
        if other is None:
            break
        assert other not in tried
        tried.append(dialect := other)
    assert next_dialect(dialect, "no", (), tried) is None
    assert len(tried) <= 4 * len(FORMS) + len(refusals)


def test_a_dialect_is_read_from_its_object_also_from_one_of_another_version() -> None:
    known = Dialect(form="words", bounds=False, context=8192)
    assert Dialect.from_object(known.as_object()) == known
    assert Dialect.from_object({"form": "words", "context": 8192, "reasoning_effort": "low"}) == replace(
        known, bounds=True
    )
