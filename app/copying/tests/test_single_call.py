"""Single call: the model's answer as it is, once its form has been checked."""

import pytest

from baton.errors import DeadLettered
from baton.testing import retries_off, scripted_model
from graphs.single_call import graph

ASKED = {"message": "My new card has not arrived", "customer_id": None}
ANSWER = {
    "outcome": "answered",
    "route": "cards",
    "confidence": 0.9,
    "reply": "It is sent again after 5 days.",
    "citations": ["CARD-01"],
    "reason": "a policy says so",
}


async def test_the_answer_is_the_models() -> None:
    with scripted_model(ANSWER) as model:
        assert await graph.ainvoke(ASKED) == {**ANSWER, "actions": [], "urgent": None}
    [request] = model.asked
    assert "CARD-01" in {each["id"] for each in request.data["policies"]}


async def test_a_route_that_there_is_not_is_refused() -> None:
    with retries_off(), scripted_model({**ANSWER, "route": "gardening"}), pytest.raises(DeadLettered):
        await graph.ainvoke(ASKED)


async def test_the_offline_model_answers_from_the_policies() -> None:
    resolution = await graph.ainvoke(ASKED)
    assert (resolution["outcome"], resolution["citations"]) == ("answered", ["CARD-01"])
