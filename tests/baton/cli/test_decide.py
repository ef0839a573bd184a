"""`baton decide`: every kind of answer, once."""

import json
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
    args = {"text": "two\\nlines " + "x" * 200}
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
    first, second = sorted(told, key=lambda line: line.split()[1])
    assert first == f'{payment}  pay {{"card": "[card ending 1111]", "payee": "Ann"}}'
    assert second.startswith(f'{letter}  write {{"text": "two\\nlines ')
    assert len(second) < 150
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
