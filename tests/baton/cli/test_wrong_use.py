"""Each wrong use is one line on stderr with its exit code, and leaves nothing behind."""

import json
import os
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton


@pytest.mark.parametrize(
    "arguments,text",
    [
        (("run", "toi", "hello"), "no graph is called 'toi'; did you mean 'toy'?"),
        (("run", "quite_another", "hello"), "no graph is called 'quite_another'; `baton graphs` lists them"),
        (("run", "toy"), "give one message, another --input, or --file with many"),
        (("run", "toy", "hello", "--file", "a.txt"), "give one message, another --input, or --file with many"),
        (("run", "toy", "--file", "a.txt", "--thread-id", "x"), "--thread-id names one thread"),
        (("run", "toy", ""), "the message is empty"),
        (("run", "toy", "hello", "--customer", "C999"), "the bank knows no customer 'C999'"),
        (("run", "toy", "hello", "--thread-id", "../x"), "a thread id is 1 to 64 letters"),
        (("run", "toy", "hello", "--set", "tone"), "--set 'tone' is not key=value"),
        (("run", "toy", "hello", "--thread-id", "-x"), "a thread id is 1 to 64 letters"),
        (("run", "toy", "hello", "--set", "pitch=1"), "--set: toy has no pitch; it has tone"),
        (("run", "toy", "hello", "--budget-tokens", "0"), "--budget-tokens"),
        (("run", "toy", "hello", "--budget-tokens", "9" * 30), "--budget-tokens"),
        (("runs", "--page", "0"), "--page is a number from 1 to 1,000,000"),
        (("runs", "--page", "9" * 30), "--page is a number from 1 to 1,000,000"),
        (("run", "toy", "--file", "none.txt"), "cannot read none.txt: No such file or directory"),
        (("runs", "--status", "asleep"), "no run has the status 'asleep'; it is one of queued, running"),
        (("show", "nobody"), "no run has the thread id 'nobody'"),
        (("resume",), "name one thread, or say --all"),
        (("resume", "x", "--all"), "name one thread, or say --all"),
        (("resume", "--all", "--budget-tokens", "9"), "--budget-tokens goes with one thread"),
        (("resume", "x", "--budget-tokens", "0"), "--budget-tokens"),
        (("resume", "x", "--budget-tokens", "9" * 30), "--budget-tokens"),
        (("resume", "nobody"), "no run has the thread id 'nobody'"),
        (("decide", "nobody"), "say one of --approve"),
        (("decide", "nobody", "--approve", "--reject"), "say one of --approve"),
        (("decide", "nobody", "--approve"), "no run has the thread id 'nobody'"),
        (("decide", "nobody", "--edit", "{"), "--edit is not JSON"),
        (("decide", "nobody", "--edit", "[]"), "--edit takes an object"),
        (("decide", "nobody", "--edit", "{}"), "--edit takes an object"),
        (("graph", "toi"), "no graph is called 'toi'"),
        (("dead-letters", "replay", "dl-1", "--budget-tokens", "9" * 30), "--budget-tokens"),
        (("bank", "reset"), "say --yes"),
        (("nonsense",), "No such command 'nonsense'"),
    ],
)
def test_wrong_use_is_told_in_one_line(baton: Baton, arguments: tuple[str, ...], text: str) -> None:
    result = baton(*arguments)
    assert (result.code, result.out) == (2, "")
    assert text in result.err
    assert len(result.err.splitlines()) == 1
    assert json.loads(baton("runs", "--json").out) == []


@pytest.mark.parametrize(
    "words", [("show",), ("resume",), ("dead-letters", "show"), ("runs", "--graph"), ("eval", "show")]
)
def test_an_argument_that_is_no_text_is_told(baton: Baton, words: tuple[str, ...]) -> None:
    baton("eval", "list")
    result = baton(*words, os.fsdecode(b"caf\xe9"))
    told = "error: 'caf\\udce9' is not valid Unicode text; write it as UTF-8\n"
    assert (result.code, result.out, result.err) == (2, "", told)


def test_a_thread_id_is_taken_once(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "mine")
    result = baton("run", "toy", "hello", "--thread-id", "mine")
    assert result.code == 2
    assert "the thread id 'mine' is in use" in result.err


def test_an_unknown_customer_of_all_lines_is_one_error(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\nhello\n")
    result = baton("run", "toy", "--file", "in.txt", "--customer", "C999")
    assert (result.code, result.err) == (2, "error: the bank knows no customer 'C999'\n")


def test_tracing_without_a_key_is_refused(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    result = baton("run", "toy", "hello")
    assert result.code == 2
    assert "LANGSMITH_API_KEY is not set" in result.err


@pytest.mark.parametrize(
    "name,value,text",
    [
        ("BATON_CONCURRENCY", "many", "Input should be a valid integer"),
        ("BATON_BUDGET_TOKENS", "9" * 30, "Input should be less than or equal to 1000000000"),
        ("BATON_MODEL_CHEAP", "gpt", "write local:NAME, openai:NAME or llama:FILE"),
        ("BATON_BANK_URL", "bank", "write http://HOST or https://HOST"),
        ("BATON_ROUTES", "nowhere", "Path does not point to a directory"),
    ],
)
def test_a_bad_setting_is_named(
    baton: Baton, monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str
) -> None:
    monkeypatch.setenv(name, value)
    result = baton("run", "toy", "hello")
    assert result.code == 2
    assert f"{name} is '{value}': {text}" in result.err


@pytest.mark.parametrize("name, value", [("BATON_MODEL_CHEAP", "recorded:none.jsonl"), ("BATON_RECORD", ".")])
def test_recordings_of_no_use_are_told_before_a_run_begins(
    baton: Baton, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = baton("run", "toy", "hello")
    assert (result.code, "recordings" in result.err) == (2, True)


def test_a_remote_model_without_a_key_is_refused_before_anything_is_queued(
    baton: Baton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:some-model")
    result = baton("run", "toy", "hello")
    assert result.code == 2
    assert "BATON_MODEL_STRONG is openai:some-model and OPENAI_API_KEY is not set" in result.err
    assert json.loads(baton("runs", "--json").out) == []


PAGE = "---\nid: A-01\ntitle: A\nroute: {}\neffective: 2020-01-01\n---\nText.\n"


@pytest.mark.parametrize(
    "pages,message",
    [
        ({}, "holds no policies (*.md); set BATON_POLICIES to a folder that does"),
        ({"a.md": PAGE.format("nowhere")}, "the route 'nowhere' is none of"),
        ({"a.md": PAGE.format("cards"), "b.md": PAGE.format("cards")}, "the id A-01 is taken by a.md"),
        ({"a.md": "no front matter"}, "a.md"),
    ],
)
def test_policies_that_cannot_be_used_are_refused_before_anything_is_queued(
    baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch, pages: dict[str, str], message: str
) -> None:
    (project / "in.txt").write_text("hello\nhello again\n")
    (project / "policies").mkdir()
    for name, text in pages.items():
        (project / "policies" / name).write_text(text)
    monkeypatch.setenv("BATON_POLICIES", str(project / "policies"))
    for arguments in (("hello",), ("--file", "in.txt")):
        result = baton("run", "toy", *arguments)
        assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
        assert message in result.err
    assert json.loads(baton("runs", "--json").out) == []


@pytest.mark.parametrize(
    "name,value,text",
    [
        ("ALL_PROXY", "socks5://me:secret@127.0.0.1:9", "ALL_PROXY asks for a SOCKS proxy"),
        ("https_proxy", "SOCKS5h://127.0.0.1:9", "https_proxy asks for a SOCKS proxy"),
        ("OPENAI_PROXY", "socks5://127.0.0.1:9", "OPENAI_PROXY asks for a SOCKS proxy"),
        ("OPENAI_PROXY", "ftp://127.0.0.1:9", "OPENAI_PROXY cannot be used"),
    ],
)
def test_a_proxy_that_no_remote_model_can_be_asked_through_is_refused(
    baton: Baton, monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str
) -> None:
    monkeypatch.setenv(name, value)
    assert baton("run", "toy", "hello").code == 0, "the offline model goes through none"
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:some-model")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    result = baton("run", "toy", "hello again")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert text in result.err
    assert "unset it" in result.err
    assert "secret" not in result.err
    assert len(json.loads(baton("runs", "--json").out)) == 1
    checks = {each["name"]: each for each in json.loads(baton("doctor", "--json").out)["checks"]}
    assert checks["models"]["state"] == "fail"
    assert text in checks["models"]["found"]


def test_a_home_that_cannot_be_made_is_named(baton: Baton, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "file").write_text("")
    monkeypatch.setenv("BATON_HOME", str(project / "file" / "home"))
    result = baton("run", "toy", "hello")
    assert result.code == 1
    assert f"cannot use the home {project / 'file' / 'home'}" in result.err


def test_a_foreign_database_is_left_alone(baton: Baton, baton_home: Path) -> None:
    baton_home.mkdir()
    (baton_home / "baton.db").write_bytes(b"no database at all, but long enough to look like one" * 100)
    for command in (("runs",), ("run", "toy", "hello")):
        result = baton(*command)
        assert result.code == 1
        assert "cannot use the database" in result.err


def test_a_bank_that_is_away_is_told(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_BANK_URL", "http://127.0.0.1:9")
    result = baton("run", "toy", "hello", "--customer", "C001")
    assert result.code == 1
    assert result.err.startswith("error: the bank at 127.0.0.1:9 gave no answer (ConnectError)")
    assert len(result.err.splitlines()) == 1
    assert json.loads(baton("runs", "--json").out) == []


def test_an_unexpected_error_names_itself(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("all\nwrong")

    monkeypatch.setattr("baton.cli.work.reading.list_runs", broken)
    result = baton("runs")
    assert result.code == 1
    assert result.err == "error: unexpected RuntimeError: all wrong; run with BATON_DEBUG=1 for the traceback\n"
