"""What LangSmith is sent: masked as what is kept is, looked at on a loopback port."""

import os
import subprocess
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bank.stage import serving

SCRIPT = """
import asyncio
from typing_extensions import TypedDict
from langsmith.run_trees import get_cached_client
from baton import Record, TypedStateGraph, ask, open_resources
from baton.testing import scripted_model

class Said(Record):
    reply: str

class State(TypedDict):
    message: str

async def step(state: State) -> State:
    said = await ask("strong", Said, "Say.", {"message": state["message"]})
    if "again" in state["message"]:
        raise ValueError(f"cannot pay with {said.reply}, 5500 0055 5555 5559 and gsk_canary0123456789")
    return {"message": said.reply}

async def main():
    with scripted_model({"reply": "4111 1111 1111 1111 and gsk_canary0123456789, traced"}):
        async with open_resources():
            graph = TypedStateGraph(State).add_node(step).add_edge("__start__", "step").compile()
            await graph.ainvoke({"message": "pay with 4111.1111.1111.1111"})
            try:
                await graph.ainvoke({"message": "again, my key is gsk_canary0123456789"})
            except ValueError:
                pass
            get_cached_client().flush()

asyncio.run(main())
"""


def test_a_trace_holds_no_card_number_and_no_key(tmp_path: Path) -> None:
    sent: list[bytes] = []

    async def take(request: Request) -> Response:
        sent.append(await request.body())
        return JSONResponse({"version": "0"})

    with serving(Starlette(routes=[Route("/{path:path}", take, methods=["GET", "POST", "PATCH"])])) as url:
        traced = {"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "none", "LANGSMITH_ENDPOINT": url}
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LANG")},
            **traced,
            "LANGSMITH_DISABLE_RUN_COMPRESSION": "true",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        subprocess.run([sys.executable, "-c", SCRIPT], env=env, cwd=tmp_path, check=True)
    told = b"".join(sent)
    assert b"[card ending 1111]" in told
    assert b"traced" in told
    assert b"cannot pay with" in told
    for secret in (b"1111 1111", b"1111.1111", b"0055 5555", b"gsk_canary"):
        assert secret not in told
