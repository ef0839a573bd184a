"""One contract for every graph: a message, who asks if that is known, a context that fits; or a line that says why."""

from typing import Any

import pytest

from baton.errors import ShapeError, UsageError
from baton.runs.registry import entries
from baton.runtime.resources import Resources
from baton.steps.codec import input_codec
from tests.graphs.conftest import load

PIN = "How do I change my PIN?"


@pytest.mark.parametrize("name", entries())
def test_who_asks_may_be_left_out(name: str) -> None:
    graph = load(name)
    assert input_codec(graph.builder).take({"message": PIN}, name) == {"message": PIN, "customer_id": None}
    assert graph.get_input_jsonschema()["required"] == ["message"]
    with pytest.raises(ShapeError, match="message Field required"):
        input_codec(graph.builder).take({"customer_id": None}, name)


@pytest.mark.parametrize("name", ["routing", "support_desk", "single_call"])
async def test_a_message_of_nobody_gets_the_same_either_way(name: str, resources: Resources, ready: Any) -> None:
    named = await load(name).ainvoke({"message": PIN, "customer_id": None})
    assert await load(name).ainvoke({"message": PIN}) == named
    assert named["outcome"] == "answered"


@pytest.mark.parametrize("name", entries())
@pytest.mark.parametrize(
    "given,context,told",
    [
        ({"customer_id": "C999"}, None, "the bank knows no customer 'C999'"),
        ({"customer_id": "c007"}, None, "the bank knows no customer 'c007'"),
        ({}, {"bogus": 1}, "has no bogus; it has route_threshold, answer_threshold"),
        ({}, {"route_treshold": 0.5, "passages": 2}, "has no route_treshold; it has route_threshold"),
        ({}, {"route_threshold": "high"}, "context: route_threshold Input should be a valid number"),
        ({}, {"passages": 0}, "context: passages Input should be greater than or equal to 1"),
    ],
)
async def test_what_cannot_be_is_refused_in_one_line_before_a_run_begins(
    name: str, given: dict[str, Any], context: dict[str, Any] | None, told: str, resources: Resources
) -> None:
    with pytest.raises(UsageError) as caught:
        await load(name).ainvoke({"message": PIN, **given}, context=context)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert await resources.database.do(lambda tx: tx.execute("SELECT count(*) AS n FROM runs").fetchone()["n"]) == 0
