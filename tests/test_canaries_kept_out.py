"""Sixty canaries, put in wherever they may come in, stand in no byte of the home, of `--json` and of stderr."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from baton.cli.main import main
from baton.config.project import project, root
from baton.config.settings import settings
from baton.offline import Refusal
from baton.testing import ScriptedModel, retries_off, scripted_model
from tests.canaries import CARDS, FULL_WIDTH, SECRETS

GRAPH = """
from typing import Any
from langgraph.graph import END, START
from typing_extensions import TypedDict
from baton import Record, TypedStateGraph, ask, effect, dead_letter, request_approval
from baton.errors import Fatal, Transient


class Said(Record):
    reply: str
    parts: list[str]


class Given(TypedDict):
    message: str
    parts: list[str]
    then: str


class Written(TypedDict, total=False):
    said: Said
    receipt: dict[str, Any]
    approved: dict[str, Any]


class State(Given, Written):
    pass


async def asks(state: Given) -> Written:
    said = await ask("strong", Said, "Say.", {"message": state["message"]})
    return {"said": said}


async def pays(state: State) -> Written:
    secret = "sk-live" + "-canary0123456789"  # of the step's own: it travels, and is not kept
    args = {"parts": state["said"].parts, "secret": secret, "pan": 4111111111111111}
    seen = []

    async def send(key: str) -> dict[str, Any]:
        seen.append(args["secret"])
        return {"args": {"parts": args["parts"]}, "key": key, "token": f"Bearer canary.{len(key)}.0123456789"}

    receipt = await effect("pay", args, send)
    assert seen in ([], [secret])
    return {"receipt": receipt}


async def fails(state: State) -> Written:
    if state["then"] == "fail":
        raise Fatal(f"cannot use {TOLD}")
    if state["then"] == "pass":
        raise Transient(f"cannot reach {TOLD}")
    if state["then"] == "odd":
        raise ValueError(TOLD)
    return {}


async def asks_a_person(state: State) -> Written:
    args = {"to": "sk-proj-canary0123456789", "amount": "1.00", "why": TOLD}

    async def check(edited: dict[str, Any]) -> dict[str, Any]:
        if "refused" in edited["amount"]:
            raise ValueError(f"not {edited['amount']}")
        return edited

    decision = await request_approval("pay", args, description=f"Pay, says {TOLD}", check=check)
    assert decision.args["to"] == args["to"], "what was not edited comes back as it was given"
    return {"approved": decision.args}


builder = TypedStateGraph(State, input_schema=Given)
builder.set_node_defaults(error_handler=dead_letter)
for step in (asks, pays, fails, asks_a_person):
    builder.add_node(step)
builder.add_edge(START, "asks").add_edge("asks", "pays").add_edge("pays", "fails")
builder.add_edge("fails", "asks_a_person").add_edge("asks_a_person", END)
graph = builder.compile(name="canaries")
"""
CANARIES = (*CARDS, *SECRETS)
TOLD = " (and) ".join(CANARIES)
LETTERS = re.compile(rb"canary|can@ry|Y2FuYXJ5", re.IGNORECASE)
ESCAPE = re.compile(r"\\u[0-9a-f]{4}")


def find_canaries(data: bytes) -> set[str]:
    """The canaries in some bytes, whatever stands between the digits of a card."""
    text = ESCAPE.sub(" ", data.decode("utf-8", "replace"))
    numbers = {"".join(str(int(each)) for each in card if each.isdecimal()) for card in CARDS}
    cards = {number for number in numbers if re.search(r"[^0-9]{0,4}".join(number), text)}
    return {*cards, *(each.decode() for each in LETTERS.findall(data)), *([FULL_WIDTH] if FULL_WIDTH in text else [])}


def canaries_by_file(home: Path) -> dict[str, set[str]]:
    """Which canaries stand in which file, but that of the sample bank, which was sent what it was sent."""
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "bank.db"]
    each = {path.name: find_canaries(path.read_bytes()) for path in files}
    assert "baton.db" in " ".join(each), "the database was looked at"
    return {name: canaries for name, canaries in each.items() if canaries}


@pytest.fixture
def baton(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Call a command in a project with the graph: its code, and all that it printed."""
    (tmp_path / "langgraph.json").write_text(
        '{"dependencies": ["."], "graphs": {"canaries": "./canaries_graph.py:graph"}}'
    )
    (tmp_path / "canaries_graph.py").write_text(GRAPH + f"\nTOLD = {TOLD!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("BATON_MAX_COMPLETION_TOKENS", "20000")
    monkeypatch.setenv("BATON_BUDGET_TOKENS", "1000000")
    monkeypatch.delitem(sys.modules, "canaries_graph", raising=False)

    def call(code: int, *arguments: str) -> str:
        for looked_up in (project, root, settings):
            looked_up.cache_clear()
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        assert left.value.code == code, err + out
        return str(out + err)

    return call


def test_the_search_finds_what_is_there() -> None:
    for canary in CANARIES:
        assert find_canaries(json.dumps({"x": canary}).encode()) or find_canaries(canary.encode()), canary
        assert find_canaries(canary.encode())
    assert not find_canaries(b"[card ending 1111] [secret]")


def canary_input(then: str) -> str:
    return json.dumps({"message": TOLD, "parts": CANARIES, "then": then})


GOOD = {"reply": TOLD, "parts": CANARIES}


def test_sixty_canaries_are_kept_and_printed_nowhere(baton: Callable[..., str], baton_home: Path) -> None:
    assert len(CANARIES) >= 60
    with retries_off(), scripted_model(GOOD) as model:
        output = baton(3, "run", "canaries", "--input", canary_input("ask"), "--thread-id", "one", "--json")
        output += baton(2, "decide", "one", "--edit", json.dumps({"amount": f"refused {TOLD}"}), "--json")
        output += baton(0, "decide", "one", "--edit", json.dumps({"why": TOLD}), "--json")
        output += outputs_of_bad_answers(baton, model)
        model.will(GOOD)
        for then in ("fail", "pass", "odd"):
            output += baton(4, "run", "canaries", "--input", canary_input(then), "--thread-id", then, "--json")
        output += outputs_of_looks(baton)
    assert find_canaries(output.encode()) == set()
    assert canaries_by_file(baton_home) == {}
    assert not any(find_canaries(json.dumps(request.messages).encode()) for request in model.asked), (
        "nor is a model sent one"
    )


def outputs_of_bad_answers(baton: Callable[..., str], model: ScriptedModel) -> str:
    """What is printed of answers that are none, refusals and errors of an endpoint."""
    output = ""
    for number, answer in enumerate((f"Sure: {TOLD}", {"reply": [TOLD]}, Refusal(TOLD), RuntimeError(TOLD))):
        model.will(answer)
        output += baton(4, "run", "canaries", "--input", canary_input("ask"), "--thread-id", f"bad-{number}", "--json")
    return output


def outputs_of_looks(baton: Callable[..., str]) -> str:
    """What commands that look print, and what those say that were used wrongly."""
    output = baton(0, "runs", "--json") + baton(0, "dead-letters", "--json") + baton(0, "show", "one", "--json")
    output += baton(0, "show", "one") + baton(0, "show", "fail") + baton(0, "show", "bad-0")
    output += baton(2, "run", "canaries", "--file", "4111 1111 1111 1111.sk-canary0123456789.jsonl")
    Path("records.jsonl").write_text(json.dumps({"text": CARDS[0], SECRETS[0]: 1}) + "\n")
    output += baton(2, "run", "canaries", "--file", "records.jsonl")
    return output + baton(2, "run", "canaries", "--input", json.dumps({SECRETS[0]: 1}))
