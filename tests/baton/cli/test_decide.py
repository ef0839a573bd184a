"""`baton decide`: every kind of answer, once."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baton.cli.work.deciding import Answer, decision
from tests.baton.cli.conftest import Baton

Waiting = Callable[[], dict[str, Any]]


@pytest.fixture
def waiting(baton: Baton) -> dict[str, Any]:
    """A run that waits."""
    return baton("run", "toy", "refund", "--thread-id", "asked", "--json").object


@pytest.mark.parametrize(
    "words,reply",
    [
        (("--approve",), "refunded 30.00"),
        (("--edit", '{"amount": "12.00"}'), "refunded 12.00"),
        (("--edit", '{"name": "refund", "args": {"amount": "12.00"}}'), "refunded 12.00"),
        (("--reject",), "not refunded: "),
        (("--reject", "too old"), "not refunded: too old"),
        (("--respond", "ask the shop"), "not refunded: ask the shop"),
    ],
)
def test_an_answer_lets_the_run_go_on(
    baton: Baton, waiting: dict[str, Any], words: tuple[str, ...], reply: str
) -> None:
    result = baton("decide", "asked", *words, "--json")
    assert (result.code, result.object["output"]["reply"]) == (0, reply)


def test_the_printed_command_decides(baton: Baton) -> None:
    text = baton("run", "toy", "refund", "--thread-id", "asked").out
    [printed] = [line for line in text.splitlines() if "--approve" in line]
    assert baton(*printed.split()[printed.split().index("decide") :]).code == 0


def test_the_first_decision_stands(baton: Baton, waiting: dict[str, Any]) -> None:
    baton("decide", "asked", "--reject", "no")
    result = baton("decide", "asked", "--approve")
    assert result.code == 2
    assert "stands as reject (no)" in result.err


@pytest.mark.parametrize(
    "words,text",
    [
        (("--approve", "--digest", "0" * 16), "is not this action's"),
        (("--approve", "--interrupt", "nothing"), "does not wait for nothing"),
        (("--edit", '{"amount": "99999.00"}'), "the edit cannot stand: too much"),
        (("--edit", '{"name": "other", "args": {}}'), "edited_action"),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(
    baton: Baton, waiting: dict[str, Any], words: tuple[str, ...], text: str
) -> None:
    result = baton("decide", "asked", *words)
    assert result.code == 2
    assert text in result.err
    assert baton("resume", "asked", "--json").object["waiting_for"] == waiting["waiting_for"]


PAIR = """
from langgraph.graph import START
from typing_extensions import TypedDict

from baton import TypedStateGraph, request_approval


class State(TypedDict, total=False):
    message: str
    left: str
    right: str


async def same(args):
    return args


async def left(state: State) -> State:
    args = {"payee": "Ann", "card": "4111 1111 1111 1111"}
    return {"left": (await request_approval("pay", args, description="a payment", check=same)).type}


async def right(state: State) -> State:
    args = {"text": "two lines"}
    return {"right": (await request_approval("write", args, description="a letter", check=same)).type}


builder = TypedStateGraph(State).add_node(left).add_node(right)
graph = builder.add_edge(START, "left").add_edge(START, "right").compile(name="pair")
"""


@pytest.fixture
def two_questions(baton: Baton, project: Path) -> list[dict[str, Any]]:
    """What a run waits for that asks two questions at once: a payment, and a letter."""
    (project / "pair.py").write_text(PAIR)
    registry = json.loads((project / "langgraph.json").read_text())
    registry["graphs"]["pair"] = "./pair.py:graph"
    (project / "langgraph.json").write_text(json.dumps(registry))
    waiting: list[dict[str, Any]] = baton("run", "pair", "go", "--thread-id", "pair", "--json").object["waiting_for"]
    return sorted(waiting, key=lambda each: str(each["action_requests"][0]["name"]))


@pytest.mark.parametrize(
    "which,text",
    [((), "2 decisions wait; name one with --interrupt"), (("--interrupt", "nothing"), "does not wait for nothing")],
)
def test_of_several_questions_each_is_named_with_what_it_is_about(
    baton: Baton, two_questions: list[dict[str, Any]], which: tuple[str, ...], text: str
) -> None:
    payment, letter = (each["interrupt_id"] for each in two_questions)
    result = baton("decide", "pair", "--approve", *which)
    *told, error = result.err.splitlines()
    assert result.code == 2
    assert text in error
    assert set(told) == {f"{payment}  a payment", f"{letter}  a letter"}
    assert baton("decide", "pair", "--approve", "--interrupt", payment).code == 3
    assert baton("decide", "pair", "--reject", "no").code == 0  # one is left, which needs no name


def test_a_run_that_waits_for_nothing_takes_no_answer(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "done")
    result = baton("decide", "done", "--approve")
    assert result.code == 2
    assert "waits for no decision" in result.err


def test_an_edit_takes_the_name_of_the_action_that_waits() -> None:
    payload = decision(Answer("edit", "", None, None), {"amount": "1.00"}, "refund")
    assert payload == {"type": "edit", "edited_action": {"name": "refund", "args": {"amount": "1.00"}}}


ASKS = """
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt
from typing_extensions import TypedDict
class State(TypedDict, total=False):
    message: str
    reply: str
async def ask(state: State) -> State:
    return {"reply": str(interrupt(proposal(2) if state["message"] == "two" else {"what": state["message"]}))}
def proposal(count):
    actions = [{"name": "pay", "args": {"amount": each}} for each in range(count)]
    return {"action_requests": actions, "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve"]}]}
graph = StateGraph(State).add_node(ask).add_edge(START, "ask").compile()
"""


@pytest.fixture
def asks(project: Path, baton: Baton) -> Baton:
    """A graph that asks by LangGraph's `interrupt()`."""
    (project / "asks.py").write_text(ASKS)
    (project / "langgraph.json").write_text(json.dumps({"dependencies": ["."], "graphs": {"asks": "./asks.py:graph"}}))
    return baton


@pytest.mark.parametrize("text,value", [("3", "3"), ('{"a": [1]}', "{'a': [1]}"), ("well, yes", "well, yes")])
def test_a_question_of_the_graphs_own_is_listed_and_answered_with_json_or_text(
    asks: Baton, text: str, value: str
) -> None:
    shown = asks("run", "asks", "how many?", "--thread-id", "asked")
    assert (shown.code, 'waits for a person: {"what": "how many?"}' in shown.out) == (3, True)
    assert '{"what": "how many?"}' in asks("runs", "--status", "waiting").out
    assert asks("resume", "--all").code == 0
    assert asks("decide", "asked", "--answer", text, "--json").object["output"]["reply"] == value


def test_a_question_about_no_action_cannot_be_approved(asks: Baton) -> None:
    asks("run", "asks", "how many?", "--thread-id", "asked")
    refused = asks("decide", "asked", "--approve")
    assert (refused.code, "--answer JSON" in refused.err) == (2, True)
    assert asks("decide", "asked", "--answer", "3").code == 0


def test_several_actions_of_one_question_are_decided_by_the_printed_command(asks: Baton) -> None:
    shown = asks("run", "asks", "two", "--thread-id", "asked").out
    [printed] = [shlex.split(line) for line in shown.splitlines() if "--answer" in line]
    refused = asks("decide", "asked", "--approve")
    assert (refused.code, "2 actions are proposed at once" in refused.err) == (2, True)
    assert asks(*printed[printed.index("decide") :]).code == 0
