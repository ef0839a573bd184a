"""Studio's server over all graphs: a client works the desk to its question and answers it, and money moves once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from bank.sqlite_bank import SqliteBank
from baton.registry import entries
from state.context import Context
from state.desk import Inquiry, Resolution
from tests.ready import furnish

HOUSE = Path(__file__).parents[2]
ROOMS = ("baton", "state", "bank", "nodes", "graphs")
GRAPHS = set(entries())
HOTEL = "Lumen Hotel charged me twice, 180.00 each time. Please refund one of them."
PATIENCE_S = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def copied(folder: Path) -> Path:
    """What the server needs of the house, beside whatever it leaves behind in its working directory."""
    for room in ROOMS:
        shutil.copytree(HOUSE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("langgraph.json", "pyproject.toml"):
        shutil.copy(HOUSE / name, folder)
    return folder


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server is up; fail with its log when it is not in time."""
    end = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < end:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/ok").is_success:
                return
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")


@pytest.fixture
def server(tmp_path: Path, baton_home: Path, ready: Path) -> Iterator[str]:
    """The address of `langgraph dev`, which runs in a process group of its own."""
    furnish(baton_home, ready)
    port, folder, log = free_port(), copied(tmp_path / "house"), tmp_path / "studio.log"
    command = [str(Path(sys.executable).with_name("langgraph")), "dev", "--no-browser", "--no-reload"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
async def studio(server: str) -> AsyncIterator[LangGraphClient]:
    async with get_client(url=server, timeout=PATIENCE_S) as client:
        yield client


async def schemas(studio: LangGraphClient) -> dict[str, Any]:
    found = await studio.assistants.search()
    return {each["graph_id"]: await studio.assistants.get_schemas(each["assistant_id"]) for each in found}


@pytest.mark.timeout(120)
async def test_studio_serves_every_graph_and_the_desk_to_its_end(studio: LangGraphClient, baton_home: Path) -> None:
    shapes = await schemas(studio)
    assert shapes.keys() == GRAPHS
    for shape in shapes.values():
        assert shape["input_schema"]["properties"].keys() == Inquiry.__annotations__.keys()
        assert shape["output_schema"]["properties"].keys() == Resolution.__annotations__.keys()
        assert shape["context_schema"]["properties"].keys() == Context.model_fields.keys()

    thread = (await studio.threads.create())["thread_id"]
    given = {"message": HOTEL, "customer_id": "C012"}
    await studio.runs.wait(thread, "support_desk", input=given, context={"route_threshold": 0.4})
    [question] = [each for asked in (await studio.threads.get(thread))["interrupts"].values() for each in asked]
    assert question["value"]["action_requests"][0]["name"] == "refund"

    command: Any = {"resume": {question["id"]: {"decisions": [{"type": "approve"}]}}}
    ended: Any = await studio.runs.wait(thread, "support_desk", command=command, context={"route_threshold": 0.4})
    assert (ended["outcome"], ended["actions"][0]["status"]) == ("acted", "done")

    bank = await SqliteBank.open(baton_home / "bank.db")
    assert [(line.action, line.args["amount"]) for line in await bank.log()] == [("refund", "180.00")]
    await bank.aclose()
