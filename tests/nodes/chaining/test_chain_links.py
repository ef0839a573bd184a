"""The links of the chain by themselves: what each hands to its model, and what it makes of the answer."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bank.knowledge import knowledge
from baton.runtime.resources import Resources
from nodes.chaining.extract import extract
from nodes.chaining.normalise import normalise
from nodes.chaining.summarise import summarise
from nodes.single_call.answer_at_once import answer_at_once
from state.chaining import State
from tests.nodes.conftest import alone
from tests.scripted import Scripted, scripted_model

__all__ = ["scripted_model"]

ASKED = {"message": "Where is £24.90?", "request": "Where is £24.90?", "customer_id": None}
ROUTED = {**ASKED, "route": "disputes", "confidence": 0.9}
FACT = {"kind": "amount", "quote": "£24.90"}
CASE = {
    "request": "Where?",
    "amounts": ["24.90"],
    "dates": ["2026-11-02"],
    "names": [],
    "references": [],
}
SAID = {"summary": "A question.", "reply": "The rule.", "citations": ["DISP-03"], "facts_used": [0]}


@pytest.fixture(autouse=True)
def model(scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    for role in ("CHEAP", "STRONG"):
        monkeypatch.setenv(f"BATON_MODEL_{role}", "openai:scripted")
    return scripted_model


def data(model: Scripted) -> dict[str, Any]:
    """The one data block that the model was given."""
    block: dict[str, Any] = json.loads(model.asked[0].partition("```json\n")[2].removesuffix("\n```"))
    return block


async def test_extract_hands_on_the_message_masked_and_what_the_gate_said(
    model: Scripted, resources: Resources
) -> None:
    model.will({"facts": [FACT]})
    message = "Where is  £24.90?\nMy card: 4111 1111\n1111 1111"
    ended = await alone(extract, State, **{**ROUTED, "message": message, "request": message}, complaint="no")
    assert data(model) == {"message": "Where is £24.90? My card: [card ending 1111]", "complaint": "no"}
    assert ended["facts"] == [FACT]


async def test_normalise_hands_on_the_facts_and_the_day_and_not_the_message(
    model: Scripted, resources: Resources
) -> None:
    model.will(CASE)
    ended = await alone(normalise, State, **ROUTED, facts=[FACT])
    assert data(model) == {"facts": [FACT], "today": datetime.now(UTC).date().isoformat(), "complaint": None}
    assert ended["case"] == CASE


async def test_summarise_hands_on_the_whole_policies_and_not_the_message(model: Scripted, resources: Resources) -> None:
    model.will(SAID)
    ended = await alone(summarise, State, **ROUTED, facts=[FACT], case=CASE, passages=["DISP-03.1"])
    assert data(model).keys() == {"case", "facts", "policies", "complaint"}
    whole = knowledge().text_of(["DISP-03"])
    assert " ".join(each["text"] for each in data(model)["policies"]) == whole
    assert ended["draft"] == {"reply": "The rule.", "citations": ["DISP-03"], "action": None}
    assert (ended["summary"], ended["facts_used"]) == ("A question.", [0])


async def test_the_baseline_is_given_routes_and_passages_and_no_card_number(
    model: Scripted, resources: Resources
) -> None:
    answer = {
        "outcome": "answered",
        "route": "cards",
        "confidence": 1.0,
        "reply": "So.",
        "citations": [],
        "reason": "-",
    }
    model.will(answer)
    ended = await alone(answer_at_once, State, **{**ASKED, "request": "How do I change the PIN of 4111111111111111?"})
    assert data(model)["message"] == "How do I change the PIN of [card ending 1111]?"
    assert "CARD-05" in {each["id"] for each in data(model)["policies"]}
    assert len(data(model)["routes"]) == 9
    assert {name: ended[name] for name in answer} == answer
