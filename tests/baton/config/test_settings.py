"""Settings: a bad one is one line that names it, and nothing is traced without a key."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from baton.config.settings import settings
from baton.errors import BadSetting
from baton.redact import redact

BAD = [
    ("BATON_LEASE_S", "soon"),
    ("BATON_LEASE_S", "0.1"),
    ("BATON_LEASE_S", "inf"),
    ("BATON_MODEL_CHEAP", "gpt-4o"),
    ("BATON_MODEL_JUDGE", "other:model"),
    ("BATON_MODEL_STRONG", "local:"),
    ("BATON_MODEL_CLASSIFIER", "local:a\nb"),
    ("BATON_MODEL_TIMEOUT_S", "0"),
    ("BATON_MODEL_TIMEOUT_S", "nan"),
    ("BATON_MAX_COMPLETION_TOKENS", "0"),
    ("BATON_MAX_COMPLETION_TOKENS", "1.5"),
    ("BATON_BUDGET_TOKENS", "-5"),
    ("BATON_BUDGET_TOKENS", "1e3x"),
    ("BATON_MASK", "iban,"),
    ("BATON_MASK", "names"),
    ("BATON_MASK", "iban phone"),
    ("BATON_CONCURRENCY", "0"),
    ("BATON_CONCURRENCY", "1001"),
    ("BATON_ENDPOINT_CHEAP", "http://[::1/v1"),
    ("OPENAI_BASE_URL", "http://[::1/v1"),
    ("OPENAI_BASE_URL", "http://127.0.0.1:99999/v1"),
    ("AZURE_OPENAI_ENDPOINT", "https://[::1"),
]

TOLD = "PIN 4821, GB29NWBK60161331926819, ann@example.org, +44 7700 900123"
PIN_OFF = TOLD.replace("4821", "[pin]")
ALL_OFF = "PIN [pin], [iban ending 6819], [email], [phone]"


@pytest.mark.parametrize("name,value", BAD)
def test_a_bad_value_is_one_line_that_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        settings()
    assert str(caught.value).startswith(f"{name} is {value!r}: ")
    assert "\n" not in str(caught.value)


def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_BUDGET_TOKENS", "")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert settings().budget_tokens == 100_000
    assert settings().openai_api_key is None


def test_everything_runs_offline_by_default() -> None:
    roles = ("classifier", "cheap", "strong", "judge")
    assert {settings().model_of(role) for role in roles} == {"local:desk"}  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted,clean", [("", TOLD), ("pin", PIN_OFF), ("pin, iban,email,phone", ALL_OFF)])
def test_what_else_is_masked_is_a_setting(monkeypatch: pytest.MonkeyPatch, wanted: str, clean: str) -> None:
    monkeypatch.setenv("BATON_MASK", wanted)
    settings()
    assert redact(TOLD) == clean
    settings.cache_clear()
    monkeypatch.delenv("BATON_MASK")
    settings()
    assert redact(TOLD) == TOLD


def test_a_role_has_its_own_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_JUDGE", "openai:gpt-5.2")
    assert settings().model_of("judge") == "openai:gpt-5.2"
    assert settings().model_of("cheap") == "local:desk"


def test_a_model_on_this_machine_has_more_time_unless_a_time_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().answer_limit_s("openai:large") == 60
    assert settings().answer_limit_s("llama:smollm2") == 600
    monkeypatch.setenv("BATON_MODEL_TIMEOUT_S", "20")
    settings.cache_clear()
    assert settings().answer_limit_s("llama:smollm2") == settings().answer_limit_s("openai:large") == 20


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "very-secret")
    assert "very-secret" not in repr(settings())


def test_there_is_one_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_HOME", "desk")
    assert settings().home == tmp_path / "desk"


TRACED = """
    import asyncio, json, os, socket, time
    from typing_extensions import TypedDict

    reached = []

    def connect(self, address):
        reached.append(str(address))
        raise OSError("shut")

    socket.socket.connect = socket.socket.connect_ex = connect
    socket.getaddrinfo = lambda *where, **more: connect(None, where[:2])

    from langsmith.utils import tracing_is_enabled
    before = tracing_is_enabled()  # the SDK keeps what it saw

    from baton import TypedStateGraph

    class State(TypedDict):
        text: str

    async def echo(state: State) -> State:
        return state

    graph = TypedStateGraph(State).add_node(echo).set_entry_point("echo").compile(name="echo")
    asyncio.run(graph.ainvoke({"text": "hello"}))
    deadline = time.monotonic() + (20 if tracing_is_enabled() else 1)
    while not reached and time.monotonic() < deadline:
        time.sleep(0.02)
    print(json.dumps({"before": before, "after": tracing_is_enabled(), "reached": reached}), flush=True)
    os._exit(0)  # without the SDK's own farewell, which tries again and again
"""


@pytest.mark.parametrize("key", [None, "ls-key"])
def test_tracing_is_forced_off_without_a_key(tmp_path: Path, key: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LANG")}
    environment |= {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "BATON_HOME": "home"}
    environment |= {"LANGSMITH_API_KEY": key} if key else {}
    environment["PYTHONPATH"] = str(Path(__file__).parents[3])
    program = [sys.executable, "-c", textwrap.dedent(TRACED)]
    done = subprocess.run(program, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["before"] is True
    assert told["after"] is (key is not None)
    assert bool(told["reached"]) is (key is not None)
