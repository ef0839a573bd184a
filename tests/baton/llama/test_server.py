"""One server for a home and a model: shared, started again, refused in one line, and gone with its last user."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest

from baton.errors import BadSetting
from baton.llama.server import LlamaServer
from tests.baton.llama.conftest import ENDED_S, assert_gone, kill, processes, shown

Use = Callable[..., LlamaServer]

USER = """
import sys, time
from baton.config.settings import settings
from baton.llama.server import LlamaServer
print(LlamaServer(settings(), sys.argv[1]).ensure().url, flush=True)
time.sleep(60)
"""


@contextmanager
def user(name: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the model; it says where once it does."""
    with subprocess.Popen([sys.executable, "-c", USER, name], text=True, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_users_share_a_server_that_ends_with_the_last(server: Use, tmp_path: Path) -> None:
    first, second = server(), server()
    assert first.ensure() == second.ensure()
    assert len(processes(tmp_path)) == 2
    first.close()
    time.sleep(1)
    assert second.running() == second.ensure()
    second.close()
    assert_gone(tmp_path)
    assert server().ensure()


def test_another_context_is_another_server(server: Use) -> None:
    assert server().ensure() != server(llama_context=1024).ensure()


def test_a_server_that_died_is_started_again(server: Use, tmp_path: Path) -> None:
    used = server()
    first = used.ensure()
    for parts in (["engine"], ["keeper"], ["engine", "keeper"]):
        kill(tmp_path, *parts)
        end_s = time.monotonic() + ENDED_S
        while used.ensure() == first:
            assert time.monotonic() < end_s
        first = used.ensure()
        assert httpx.get(first.url).status_code == 200


def test_only_who_has_the_key_is_answered(server: Use) -> None:
    address = server().ensure()
    assert httpx.post(f"{address.url}/tokenize", json={"content": "a"}).status_code == 401


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_once_the_owner_and_the_last_user_are_killed(
    server: Use, tmp_path: Path, number: signal.Signals
) -> None:
    name = server().name
    with user(name) as owner, user(name) as last:
        assert heard(owner) == heard(last)
        owner.send_signal(number)
        time.sleep(2)
        assert len(processes(tmp_path)) == 2, "the last user goes on"
        last.send_signal(number)
        assert_gone(tmp_path)


@pytest.mark.slow
def test_nothing_is_left_of_a_start_whose_owner_is_killed(server: Use, tmp_path: Path) -> None:
    with user(server("slow").name) as owner:
        while "engine" not in processes(tmp_path):
            time.sleep(0.05)
        owner.kill()
        assert_gone(tmp_path)


def test_a_start_is_not_waited_for_by_who_leaves(server: Use) -> None:
    used = server("slow")
    Timer(0.5, used.close).start()
    with pytest.raises(BadSetting, match="no server is waited for"):
        used.ensure()


@pytest.mark.parametrize(
    "title, fault",
    [
        ("corrupt", r"data is not within the file bounds; give another file"),
        ("huge", r"insufficient memory \(attempted to allocate 4398.75 MB\); give less of it"),
    ],
)
def test_a_server_that_dies_at_its_start_is_told_in_its_words(server: Use, title: str, fault: str) -> None:
    with pytest.raises(BadSetting, match=rf"cannot be served: .*{fault}.*\(log: .*server.log\)$"):
        server(title).ensure()


def test_a_port_in_use_is_told_before_anything_is_started(server: Use, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=rf"cannot listen on port {port}: .*set BATON_LLAMA_PORT"):
            server(llama_port=port).ensure()
    assert processes(tmp_path) == {}


def test_a_port_is_had_where_nobody_serves_the_model_elsewhere(server: Use) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert server(llama_port=port).ensure().url == f"http://127.0.0.1:{port}"
    with pytest.raises(BadSetting, match=rf"served at http://127.0.0.1:{port} already"):
        server(llama_port=port - 1).ensure()


def test_no_key_of_the_user_reaches_the_server(server: Use, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    server().ensure()
    [told] = shown("eww", "-o", "args=", str(processes(tmp_path)["engine"]))
    assert f"BATON_HOME={os.environ['BATON_HOME']}" in told
    assert "sk-mine" not in told
