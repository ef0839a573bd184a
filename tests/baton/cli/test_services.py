"""`baton bank`, `models` and `doctor`."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.baton.cli.conftest import Baton, start_process

pytestmark = pytest.mark.slow

WAIT_S = 60


@contextmanager
def serve_process(*arguments: str) -> Iterator[str]:
    """The address that a serving command prints first."""
    process = start_process(*arguments, "--port", "0")
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[5]
    finally:
        process.send_signal(signal.SIGINT)
        _, text = process.communicate(timeout=WAIT_S)
        assert "Traceback" not in text


def test_the_bank_is_served_and_asked(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_process("bank", "serve") as url:
        assert httpx.get(f"{url}/customers/C007").json()["customer_id"] == "C007"
        args = {"card_id": httpx.get(f"{url}/customers/C007/cards").json()[0]["card_id"]}
        headers = {"Idempotency-Key": "k1"}
        httpx.post(f"{url}/customers/C007/actions/freeze_card", json=args, headers=headers).raise_for_status()
        monkeypatch.setenv("BATON_BANK_URL", url)
        line = baton("bank", "log", "--json").object
        assert list(line) == ["at", "idempotency_key", "action", "args", "replayed", "result"]
        assert (line["idempotency_key"], line["args"]) == ("k1", args)
        assert baton("bank", "log").out.count(args["card_id"]) == 1, (
            "what was asked for is not said again as the result"
        )
        assert baton("run", "toy", "hello", "--customer", "C007").code == 0
        assert baton("bank", "reset", "--yes").code == 2


def test_the_banks_log_is_forgotten_on_reset(baton: Baton, baton_home: Path) -> None:
    assert baton("bank", "log").err == f"the bank was asked for nothing yet, in {baton_home}\n"
    assert baton("bank", "reset", "--yes").code == 0


def test_the_local_model_is_served(baton: Baton) -> None:
    with serve_process("models", "serve") as url:
        assert url.endswith("/v1")
        assert httpx.get(f"{url}/models").json()["data"]


@pytest.mark.parametrize("service,path", [("bank", "/customers/C007"), ("models", "/models")])
def test_what_is_served_is_not_for_pages_nor_for_other_hosts(baton: Baton, service: str, path: str) -> None:
    with serve_process(service, "serve") as url:
        assert httpx.get(f"{url}{path}", headers={"Host": "evil.example"}).status_code == 421
        assert httpx.get(f"{url}{path}", headers={"Origin": "http://evil.example"}).status_code == 403
        assert httpx.get(f"{url.replace('127.0.0.1', 'localhost')}{path}").status_code == 200
        assert httpx.post(f"{url}{path}", content=b" " * 5_000_000).status_code == 413


def test_a_port_in_use_is_told(baton: Baton) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        result = baton("bank", "serve", "--port", port)
    assert result.code == 2
    assert result.err == f"error: cannot listen on port {port}: Address already in use; choose another with --port\n"


def test_models_are_listed_by_role(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:gpt-4o")
    rows = {row["role"]: row for row in json.loads(baton("models", "--json").out)}
    assert rows["cheap"] == {
        "role": "cheap", "model": "local:desk", "endpoint": "in this process", "price_known": False,
    }  # fmt: skip
    assert rows["strong"]["price_known"]
    assert "openai:gpt-4o" in baton("models").out


def findings_by_name(baton: Baton) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in json.loads(baton("doctor", "--json").out)["checks"]}


def test_the_doctor_finds_a_sound_house(baton: Baton, baton_home: Path) -> None:
    result = baton("doctor")
    assert result.code == 0
    assert "off: nothing leaves this machine" in result.out
    assert f"BATON_HOME={baton_home}  (environment)" in result.out


def test_the_doctor_names_what_is_wrong(baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "langgraph.json").write_text('{"graphs": {"gone": "./gone.py:graph"}}')
    monkeypatch.setenv("BATON_BANK_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("BATON_LEASES", "5")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    assert baton("doctor").code == 1
    findings = findings_by_name(baton)
    assert {name for name, each in findings.items() if each["state"] == "fail"} >= {"graphs", "bank"}
    assert {name for name, each in findings.items() if each["state"] == "warn"} == {"models", "settings"}
    assert "BATON_LEASES" in findings["settings"]["found"]


def test_the_doctor_asks_the_endpoint_of_a_remote_model(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_CHEAP", "openai:desk")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert findings_by_name(baton)["endpoint"]["found"] == "http://127.0.0.1:9/v1 gives no answer (ConnectError)"
    with serve_process("models", "serve") as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert findings_by_name(baton)["endpoint"]["found"] == f"{url} answers"


def test_the_doctor_reads_the_routes(baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings_by_name(baton)["policies"]["state"] == "ok"
    monkeypatch.setenv("BATON_ROUTES", str(project))
    assert "holds 0 route files" in findings_by_name(baton)["policies"]["found"]


def test_the_doctor_names_a_setting_that_does_not_parse(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_LEASE_S", "soon")
    assert "BATON_LEASE_S is 'soon'" in findings_by_name(baton)["settings"]["found"]


def test_the_doctor_shows_no_password_of_an_address(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_BANK_URL", "http://desk:hunter2@horse@127.0.0.1:9")
    for result in (baton("doctor"), baton("doctor", "--json")):
        assert (result.code, "hunter2" in result.out, "horse" in result.out) == (1, False, False)
    monkeypatch.setenv("BATON_ENDPOINT_CHEAP", "htp://desk:hunter2@127.0.0.1:9")
    assert "BATON_ENDPOINT_CHEAP is" in findings_by_name(baton)["settings"]["found"]
    assert "hunter2" not in baton("doctor", "--json").out


def test_the_doctor_says_where_a_setting_comes_from(baton: Baton, project: Path) -> None:
    (project / ".env").write_text("BATON_CONCURRENCY=3\n")
    settings = json.loads(baton("doctor", "--json").out)["settings"]
    sources = {each["name"]: each["source"] for each in settings}
    assert sources["BATON_CONCURRENCY"] == ".env"
    assert sources["BATON_LEASE_S"] == "default"
