"""`baton decide`: every kind of answer, once."""

from collections.abc import Callable
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


def test_a_run_that_waits_for_nothing_takes_no_answer(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "done")
    result = baton("decide", "done", "--approve")
    assert result.code == 2
    assert "waits for no decision" in result.err


def test_an_edit_takes_the_name_of_the_action_that_waits() -> None:
    payload = decision(Answer("edit", "", None, None), {"amount": "1.00"}, "refund")
    assert payload == {"type": "edit", "edited_action": {"name": "refund", "args": {"amount": "1.00"}}}
