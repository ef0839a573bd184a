"""Chaining: what a model invents stops at a gate, is repaired once, and never reaches the reply."""

from typing import Any

import pytest

from baton.errors import DeadLettered
from baton.testing import retries_off, scripted_model
from graphs.chaining import after_gate, graph, has_policy, in_scope
from state.desk import TierInput

ASKED = {"message": "I paid a fee of GBP 0.50 abroad. What is that fee?", "customer_id": None}
REQUEST = {"kind": "request", "quote": "What is that fee?"}
FACTS = {"facts": [{"kind": "amount", "quote": "GBP 0.50"}, REQUEST]}
INVENTED = {"facts": [{"kind": "amount", "quote": "GBP 50.00"}, REQUEST]}
ANSWERED = {"open": [], "confidence": 1.0}
CASE: dict[str, Any] = {"request": "A fee", "amounts": ["0.50"], "dates": [], "names": [], "references": []}
CLOSED = {"summary": "A fee.", "reply": "The fee is GBP 0.50.", "citations": ["FEE-01"], "facts_used": [1]}


def test_each_gate_lets_through_or_sends_back() -> None:
    assert after_gate({"complaint": None, "repaired": []}) == "on"
    assert after_gate({"complaint": "no such amount", "repaired": ["gate_facts"]}) == "back"


def test_what_cannot_be_answered_goes_to_a_person() -> None:
    assert (
        in_scope(TierInput(message="?", request="?", customer_id=None, route="other", confidence=1.0, sure=True))
        == "escalate"
    )
    assert has_policy({"passages": []}) == "escalate"
    assert has_policy({"passages": ["FEE-01.1"]}) == "summarise"


async def test_a_message_goes_through_all_links() -> None:
    with scripted_model(FACTS, CASE, CLOSED, ANSWERED) as model:
        assert (await graph.ainvoke(ASKED))["reply"] == CLOSED["reply"]
    assert len(model.asked) == 4


async def test_an_invented_fact_is_repaired_once() -> None:
    with scripted_model(INVENTED, FACTS, CASE, CLOSED, ANSWERED) as model:
        assert (await graph.ainvoke(ASKED))["outcome"] == "answered"
    assert model.asked[1].data["complaint"] == "the message does not say 'GBP 50.00'"


async def test_a_fact_that_is_invented_again_parks_the_run() -> None:
    with retries_off(), scripted_model(INVENTED), pytest.raises(DeadLettered):
        await graph.ainvoke(ASKED)


async def test_an_amount_that_nobody_named_never_reaches_the_reply() -> None:
    invented = {**CLOSED, "reply": "The fee is GBP 9.00."}
    with retries_off(), scripted_model(FACTS, CASE, invented), pytest.raises(DeadLettered):
        await graph.ainvoke(ASKED)


async def test_the_offline_model_passes_every_gate() -> None:
    assert (await graph.ainvoke(ASKED))["citations"] == ["FEE-01"]
