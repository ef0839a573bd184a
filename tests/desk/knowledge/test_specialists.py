"""The specialists: what each route may propose, and that nothing else gets past the schema or the boundary."""

import json
from pathlib import Path
from typing import Any

import pytest
from openai import pydantic_function_tool
from pydantic import TypeAdapter, ValidationError

from bank.knowledge import FOLDER
from bank.ledger.actions import ACTION_NAMES, ActionName, BankAction
from baton.errors import BadSetting
from desk.knowledge.folder import folders
from desk.knowledge.routes import load_routes
from desk.knowledge.specialists import read_specialist
from desk.records import Specialist
from state.desk import Draft, draft_shape

EXAMPLES: dict[ActionName, dict[str, str]] = {
    "refund": {"transaction_id": "T1", "amount": "1.00"},
    "freeze_card": {"card_id": "K1"},
    "reissue_card": {"card_id": "K1"},
    "file_dispute": {"transaction_id": "T1", "reason": "never bought"},
    "change_limit": {"card_id": "K1", "daily_limit": "200.00"},
    "close_account": {"account_id": "A1"},
}
ROUTES = sorted(load_routes(FOLDER / "routes"))


def specialist(route: str) -> Specialist:
    return read_specialist(folders(FOLDER).routes / f"{route}.md", ACTION_NAMES)


def proposal(name: ActionName) -> str:
    return json.dumps({"reply": "Yes.", "citations": [], "action": {"name": name, **EXAMPLES[name]}})


def folder(path: Path, name: str, content: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BATON_ROUTES", str(path))
    (path / name).write_text(content)
    return path


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "other"])
def test_every_route_of_the_desk_has_instructions_of_its_own(route: str) -> None:
    assert specialist(route).instructions


@pytest.mark.parametrize("route", ROUTES)
def test_a_model_is_offered_what_its_specialist_may_propose_and_nothing_else(route: str) -> None:
    allowed = specialist(route).actions
    schema = json.dumps(pydantic_function_tool(draft_shape(allowed))["function"].get("parameters"))
    assert {name for name in ACTION_NAMES if f'"{name}"' in schema} == set(allowed)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", ACTION_NAMES)
def test_an_action_that_was_not_offered_is_refused_at_the_boundary(route: str, name: ActionName) -> None:
    allowed, answer = specialist(route).actions, proposal(name)
    if name in allowed:
        draft = draft_shape(allowed).model_validate_json(answer)
        assert draft.action == TypeAdapter[Any](BankAction).validate_python({"name": name, **EXAMPLES[name]})
    else:
        with pytest.raises(ValidationError):
            draft_shape(allowed).model_validate_json(answer)


def test_a_shape_is_still_called_a_draft_and_can_propose_nothing() -> None:
    for allowed in ((), ("refund",), ACTION_NAMES):
        shape = draft_shape(allowed)
        assert issubclass(shape, Draft)
        assert shape.__name__ == "Draft"
        assert shape.model_validate({"reply": "Yes.", "citations": [], "action": None}).action is None


def test_a_route_without_a_specialist_proposes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, "other.md", "---\nmodel: cheap\n---\nBe kind.", monkeypatch)
    assert specialist("gardening") == Specialist(model="strong", actions=(), instructions="")


def test_a_specialist_is_read_from_the_folder_of_the_routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder(tmp_path, "garden.md", "---\nmodel: cheap\nactions: [refund]\n---\n\nBe kind.\n", monkeypatch)
    assert specialist("garden") == Specialist(model="cheap", actions=("refund",), instructions="Be kind.")


@pytest.mark.parametrize(
    "content, fault",
    [
        ("Be kind.", "front matter"),
        ("---\nmodel: cheap\n---\n", "front matter"),
        ("---\nmodel: giant\n---\nBe kind.", "model"),
        ("---\nactions: [rob_bank]\n---\nBe kind.", "actions"),
        ("---\nactions: refund\n---\nBe kind.", "actions"),
        ("---\nactions:\n---\nBe kind.", "actions"),
        ("---\ntools: [refund]\n---\nBe kind.", "tools"),
        ("---\ninstructions: Be rude.\n---\nBe kind.", "instructions"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, fault: str) -> None:
    folder(tmp_path, "garden.md", content, monkeypatch)
    with pytest.raises(BadSetting) as refused:
        specialist("garden")
    assert str(tmp_path / "garden.md") in str(refused.value)
    assert fault in str(refused.value)
