import json
from typing import Any

import pytest

from bank.clerk.service import RECENT
from bank.knowledge import knowledge
from bank.ledger.protocol import Bank
from nodes.draft import draft
from tests.nodes.conftest import Step
from tests.scripted import Scripted, scripted_model

__all__ = ["scripted_model"]

ANSWER = {"reply": "Freezing is free.", "citations": ["SEC-01"], "action": None}


@pytest.fixture(autouse=True)
def strong(scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:scripted")
    monkeypatch.setenv("BATON_MODEL_CHEAP", "openai:scripted")
    scripted_model.will(ANSWER)
    return scripted_model


def draft_input(customer_id: str | None = None, **more: Any) -> dict[str, Any]:
    known = {
        "message": "My card was stolen",
        "request": "My card was stolen",
        "customer_id": customer_id,
        "route": "security",
        "confidence": 0.9,
    }
    return {**known, "passages": ["SEC-01.1", "SEC-10.1"], **more}


def data(strong: Scripted) -> dict[str, Any]:
    """The one data block that the model was given."""
    block: dict[str, Any] = json.loads(strong.asked[0].partition("```json\n")[2].removesuffix("\n```"))
    return block


async def test_the_model_gets_the_policies_whole_and_nobodys_data(strong: Scripted, step: Step) -> None:
    assert (await step(draft, **draft_input()))["draft"] == ANSWER
    told = data(strong)["policies"]
    assert list(dict.fromkeys(each["id"] for each in told)) == ["SEC-01", "SEC-10"]
    assert all(each["text"] in knowledge().text_of(["SEC-01", "SEC-10"]) for each in told)
    assert len(told) > len(draft_input()["passages"])
    assert data(strong)["customer"] is None


def schema(strong: Scripted) -> dict[str, Any]:
    """The schema that the model was held to."""
    given: dict[str, Any] = strong.model.asked[0].body["response_format"]["json_schema"]["schema"]
    return given


async def test_the_model_can_cite_the_policies_that_it_was_given_and_no_others(strong: Scripted, step: Step) -> None:
    await step(draft, **draft_input())
    assert schema(strong)["properties"]["citations"]["items"]["enum"] == ["SEC-01", "SEC-10"]


async def test_for_a_stranger_no_action_can_be_proposed(strong: Scripted, step: Step) -> None:
    await step(draft, **draft_input())
    assert data(strong)["actions"] == []
    assert schema(strong)["properties"]["action"]["type"] == "null"


@pytest.mark.parametrize(
    "route,text,kinds",
    [
        ("security", "My card was stolen", {"cards"}),
        ("security", "Stolen, and 24.90 at Kestrel Books is not mine", {"cards", "transactions"}),
        ("disputes", "I was charged twice, refund it", {"transactions"}),
        ("disputes", "Refund what was taken twice from the card 0598", {"cards", "transactions"}),
        ("account", "Please close it", {"accounts"}),
        ("top_ups", "How do I add money?", set()),
    ],
)
async def test_the_model_reads_the_things_that_an_action_can_be_about_or_the_message_names(
    strong: Scripted, step: Step, route: str, text: str, kinds: set[str]
) -> None:
    await step(draft, **draft_input("C007", route=route, request=text))
    things = {name: rows for name, rows in data(strong)["customer"].items() if name != "name"}
    assert {name for name, rows in things.items() if rows} == kinds


async def test_the_model_hears_what_the_message_seems_to_be_about(strong: Scripted, step: Step) -> None:
    await step(draft, **draft_input(request="a thief took my debit card on the tram"))
    topics = data(strong)["topics"]
    assert next(iter(topics)) == "security/lost_or_stolen_card"
    assert list(topics.values()) == sorted(topics.values(), reverse=True)


@pytest.mark.parametrize("customer_id", ["C999", "../C007"])
async def test_an_unknown_customer_is_a_stranger(strong: Scripted, step: Step, customer_id: str) -> None:
    await step(draft, **draft_input(customer_id))
    assert data(strong)["customer"] is None


async def test_a_customers_own_things_and_no_more_than_a_clerk_needs(strong: Scripted, step: Step, bank: Bank) -> None:
    await step(draft, **draft_input("C012"))
    customer, person = data(strong)["customer"], await bank.customer("C012")
    assert customer["name"] == person.name
    assert person.email not in strong.asked[0]
    assert [card["card_id"] for card in customer["cards"]] == ["K0015", "K0016", "K0017"]
    assert len(customer["transactions"]) <= RECENT


@pytest.mark.parametrize(
    "broken", [{**ANSWER, "reply": " "}, {**ANSWER, "action": {"name": "rob_bank"}}, {"reply": "x"}]
)
async def test_a_broken_answer_is_repaired_once(strong: Scripted, step: Step, broken: dict[str, Any]) -> None:
    strong.will(broken, ANSWER)
    assert (await step(draft, **draft_input()))["draft"] == ANSWER
    assert "That does not fit the schema" in strong.asked[1]
