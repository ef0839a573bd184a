"""The offline baseline: one guess at the route, one policy, or a person."""

from pathlib import Path
from typing import Any

import pytest

from bank.responders.single_answer import single_answer
from state.single_call import SingleAnswer
from tests.bank.stage import asked, few_routes

ROUTES = {
    "cards": ["how do I change my PIN", "my card does not work", "activate the card", "a new PIN please"],
    "other": ["will it rain tomorrow", "tell me a joke", "who won the match", "a recipe for soup"],
}
PIN = {"id": "PIN-1", "title": "PIN", "text": "A PIN is changed in the app."}


@pytest.fixture(autouse=True)
def routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_routes(tmp_path / "routes", ROUTES)
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path / "routes"))
    (tmp_path / "policies").mkdir()
    front = "---\nid: {id}\ntitle: {title}\nroute: cards\neffective: 2026-01-15\n---\n{text}\n".format(**PIN)
    (tmp_path / "policies" / "pin.md").write_text(front)
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path / "policies"))


def answer_of(message: str, *policies: dict[str, str]) -> SingleAnswer:
    data: dict[str, Any] = {"message": message, "routes": ROUTES, "policies": list(policies)}
    return SingleAnswer.model_validate(single_answer(asked(**data)))


def test_a_message_with_a_policy_is_answered_from_it() -> None:
    answer = answer_of("how do I change my PIN", PIN)
    assert (answer.outcome, answer.route, answer.citations) == ("answered", "cards", ["PIN-1"])
    assert PIN["text"] in answer.reply


@pytest.mark.parametrize("message, policies", [("will it rain tomorrow", [PIN]), ("how do I change my PIN", [])])
def test_other_things_and_things_without_a_policy_are_escalated(message: str, policies: list[dict[str, str]]) -> None:
    answer = answer_of(message, *policies)
    assert (answer.outcome, answer.citations) == ("escalated", [])
    assert PIN["text"] not in answer.reply
