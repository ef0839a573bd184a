"""Without a key nothing leaves the machine: no connection is even tried, not to loopback either."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evals.conftest import HOUSE, line, written

pytestmark = pytest.mark.slow

WATCHED = """
import atexit, json, sys
tried = []
SENDING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}
sys.addaudithook(lambda event, given: tried.append(f"{event} {given[1:]}") if event in SENDING else None)
atexit.register(lambda: open("tried.json", "w").write(json.dumps(tried)))
"""
COMMANDS = """
import sys
from baton.cli.main import main
for words in {lines}:
    try:
        main(words)
    except SystemExit as end:
        print(words[1], end.code, file=sys.stderr)
"""
RUN = ["eval", "run", "parrot", "--dataset", "d.jsonl", "--judge", "--json"]
LIBRARY = """
import asyncio
from pathlib import Path
from baton.runtime.resources import open_resources
from evals.dataset import read
from evals.experiment import Plan, bench

async def measured():
    async with open_resources() as desk, bench(desk) as at:
        begun = await at.begin(Plan("parrot", "d.jsonl", None, {}, read(Path("d.jsonl"))[0]))
        for repetition, examples in (await at.unfinished(begun)).items():
            async with at.trial(begun, repetition) as trial:
                await trial.warm_up(examples.values())
                await trial.work(examples, done=lambda _: None, concurrency=2)
        return await at.result(begun)

import json
print(json.dumps(asyncio.run(measured())))
"""
REACHING = "import socket\nsocket.socket(type=socket.SOCK_DGRAM).connect(('127.0.0.1', 9))\n"


def watch_network(program: str, **settings: str) -> tuple[str, list[str]]:
    """What a program printed, and every connection that it tried in any of its threads, to its very end."""
    silent = {name: value for name, value in os.environ.items() if not name.startswith("LANGSMITH_")}
    environment = {**silent, **settings, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-c", WATCHED + program]
    told = subprocess.run(command, env=environment, text=True, capture_output=True, check=True)
    tried: list[str] = json.loads(Path("tried.json").read_text())
    return told.stdout, tried


@pytest.mark.parametrize(
    "program,settings", [(COMMANDS.format(lines=[RUN]), {}), (LIBRARY, {"LANGSMITH_TRACING": "true"})]
)
def test_an_experiment_tries_no_connection(project: Path, program: str, settings: dict[str, str]) -> None:
    written(project / "d.jsonl", line("a", "cards 0.9 say It is free."), line("b", "fees 0.4"))
    told, tried = watch_network(program, **settings)
    assert json.loads(told)["completed"] == 2
    assert tried == []


def test_without_a_key_what_would_send_is_refused_and_tries_no_connection(project: Path) -> None:
    written(project / "d.jsonl", line("a", "cards 0.9"))
    lines = [["eval", "sync", "routing"], ["eval", "upload", "e1"], [*RUN, "--upload"]]
    told, tried = watch_network(COMMANDS.format(lines=lines))
    assert (told, tried) == ("", [])
    assert not (project / "worked.log").exists()


def test_the_watch_sees_a_connection(tmp_path: Path) -> None:
    _, tried = watch_network(REACHING)
    assert len(tried) == 1
