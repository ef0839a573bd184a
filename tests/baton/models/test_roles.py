"""One endpoint and key for each role where wanted: a key goes to its own endpoint alone."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typing_extensions import TypedDict

from baton.config.home import load_env
from baton.config.settings import Role, settings
from baton.errors import BadSetting, NotTrusted, Refused
from baton.models.asking import ask
from baton.models.models import models
from baton.records import Record
from baton.runtime.resources import open_resources
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.conftest import completion

RIGHT = completion('{"note": "guilty"}').body


class Verdict(Record):
    note: str


class State(TypedDict, total=False):
    role: Role
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask(state["role"], Verdict, "Judge.", {})).note}


graph = TypedStateGraph(State).add_node(judge).set_entry_point("judge").compile()


@dataclass
class Place:
    """An endpoint that keeps which key came with each request, on which path, for which model."""

    url: str = ""
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    takes: str | None = None


@contextmanager
def place() -> Iterator[Place]:
    here = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            here.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            key = self.headers["api-key"] or (self.headers["authorization"] or "").removeprefix("Bearer ")
            here.keys.append(key)
            here.paths.append(self.path)
            is_taken = here.takes in (None, key)
            body = RIGHT if is_taken else b'{"error": {"message": "no such key"}}'
            self.send_response(200 if is_taken else 401)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    here.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def places() -> Iterator[tuple[Place, Place]]:
    with ExitStack() as stack:
        yield stack.enter_context(place()), stack.enter_context(place())


@pytest.fixture(autouse=True)
def remote(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("CHEAP", "STRONG", "JUDGE"):
        monkeypatch.setenv(f"BATON_MODEL_{role}", f"openai:{role.lower()}")


async def asked(*roles: Role) -> None:
    settings.cache_clear()
    async with open_resources():
        for role in roles:
            await graph.ainvoke({"role": role})


async def test_each_role_is_asked_at_its_own_endpoint_with_its_own_key(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = places
    monkeypatch.setenv("OPENAI_BASE_URL", ours.url)
    monkeypatch.setenv("OPENAI_API_KEY", "shared")
    monkeypatch.setenv("BATON_ENDPOINT_JUDGE", theirs.url)
    monkeypatch.setenv("BATON_API_KEY_JUDGE", "of-the-judge")
    monkeypatch.setenv("BATON_API_KEY_STRONG", "of-the-strong")
    await asked("cheap", "strong", "judge")
    assert ours.keys == ["shared", "of-the-strong"]
    assert theirs.keys == ["of-the-judge"]
    assert [each["model"] for each in [*ours.asked, *theirs.asked]] == ["cheap", "strong", "judge"]


async def test_the_key_of_all_does_not_go_to_the_endpoint_of_one(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = places
    monkeypatch.setenv("OPENAI_BASE_URL", ours.url)
    monkeypatch.setenv("OPENAI_API_KEY", "shared")
    monkeypatch.setenv("BATON_ENDPOINT_JUDGE", theirs.url)
    monkeypatch.setenv("BATON_ENDPOINT_STRONG", f"{ours.url}/other")
    await asked("judge", "strong")
    assert theirs.keys == ["none"]
    assert ours.keys == ["shared"], "the same host is the same owner"


async def test_a_wrong_key_for_one_role_is_told_by_its_name(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = places
    ours.takes = "right"
    monkeypatch.setenv("OPENAI_BASE_URL", ours.url)
    monkeypatch.setenv("OPENAI_API_KEY", "right")
    monkeypatch.setenv("BATON_API_KEY_JUDGE", "wrong")
    await asked("cheap")
    with pytest.raises(Refused, match=r"401.*no such key.*BATON_API_KEY_<ROLE>"):
        await asked("judge")


async def test_an_endpoint_of_one_role_alone_needs_no_other(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = places
    for role in ("CHEAP", "STRONG"):
        monkeypatch.setenv(f"BATON_MODEL_{role}", "local:desk")
    monkeypatch.setenv("BATON_ENDPOINT_JUDGE", ours.url)
    await asked("judge")
    assert len(ours.asked) == 1


ENV = {
    "the endpoint of a role, a key of all": ("BATON_ENDPOINT_JUDGE", "OPENAI_API_KEY"),
    "the endpoint of a role, its key": ("BATON_ENDPOINT_JUDGE", "BATON_API_KEY_JUDGE"),
    "the endpoint of all, the key of a role": ("OPENAI_BASE_URL", "BATON_API_KEY_JUDGE"),
    "Azure's endpoint, its key": ("AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY"),
    "Azure's endpoint, the key of a role": ("AZURE_OPENAI_ENDPOINT", "BATON_API_KEY_JUDGE"),
}


@pytest.mark.parametrize("name", ENV)
def test_a_folders_env_takes_no_key_of_the_environment_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, name: str
) -> None:
    address, key = ENV[name]
    (tmp_path / ".env").write_text(f"{address}=https://models.evil.example/v1\n")
    monkeypatch.setenv(key, "sk-mine")
    with pytest.raises(NotTrusted, match=f"sets {address}, and {key} of the environment .*baton trust"):
        load_env()


def test_the_key_of_one_role_does_not_forbid_the_endpoint_of_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".env").write_text("BATON_ENDPOINT_CHEAP=https://models.example/v1\n")
    monkeypatch.setenv("BATON_API_KEY_JUDGE", "sk-mine")
    monkeypatch.setenv("BATON_ENDPOINT_CHEAP", "")  # given back after the test
    monkeypatch.delenv("BATON_ENDPOINT_CHEAP")
    load_env()


async def test_azures_form_of_the_client_is_asked_by_the_deployment(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = places
    monkeypatch.setenv("BATON_MODEL_JUDGE", "azure:my-deployment")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", ours.url.removesuffix("/v1"))
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "of-azure")
    monkeypatch.setenv("OPENAI_API_VERSION", "2025-01-01")
    await asked("judge")
    assert ours.paths == ["/openai/deployments/my-deployment/chat/completions?api-version=2025-01-01"]
    assert ours.keys == ["of-azure"]
    assert ours.asked[0]["response_format"]["json_schema"]["strict"] is True


async def test_azure_without_an_endpoint_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_JUDGE", "azure:my-deployment")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "of-azure")
    async with models(settings()) as known:
        with pytest.raises(BadSetting, match="AZURE_OPENAI_ENDPOINT is not set"):
            await known.of("judge")


@pytest.mark.parametrize("name", ["gpt-5-pro", "gpt-5-codex", "gpt-5.1-codex-max", "o3-pro"])
async def test_a_model_of_another_protocol_is_asked_for_chat_all_the_same(
    places: tuple[Place, Place], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ours, _ = places
    monkeypatch.setenv("OPENAI_BASE_URL", ours.url)
    monkeypatch.setenv("BATON_MODEL_JUDGE", f"openai:{name}")
    await asked("judge")
    assert ours.paths == ["/v1/chat/completions"]
