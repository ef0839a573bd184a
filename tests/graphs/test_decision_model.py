"""Another decision model in the router's place, on loopback: it is a setting, and the graphs are the same."""

import pytest

from tests.decisions import Decisions, decisions
from tests.graphs.conftest import Desk

__all__ = ["decisions"]

MESSAGE = "How do I change my PIN?"


def certain(route: str, share: float) -> dict[str, float]:
    return {route: share, "other": round(1 - share, 4)}


async def test_the_routing_graph_goes_by_what_the_endpoint_decides(decisions: Decisions, desk: Desk) -> None:
    decisions.decide = lambda _, __: certain("account", 0.93)
    summary = await desk.work(MESSAGE, graph="routing", route_threshold=0.9)
    assert (summary["output"]["route"], summary["output"]["confidence"]) == ("account", 0.93)
    assert "reconsider" not in await desk.steps(summary)
    [request] = decisions.asked
    assert request["input"] == MESSAGE
    assert "a retail bank" in request["questions"][0]["instructions"]


async def test_the_threshold_is_the_desks(decisions: Decisions, desk: Desk) -> None:
    decisions.decide = lambda _, __: certain("account", 0.89)
    summary = await desk.work(MESSAGE, graph="routing", route_threshold=0.9)
    assert "reconsider" in await desk.steps(summary)


async def test_what_it_uses_is_counted_and_kept(decisions: Decisions, desk: Desk) -> None:
    decisions.decide = lambda _, __: certain("account", 0.93)
    summary = await desk.work(MESSAGE, graph="routing")
    sql = "SELECT role, model, status, input_tokens, output_tokens FROM model_calls WHERE thread_id = ? AND step = ?"
    rows = await desk.resources.database.do(lambda tx: tx.execute(sql, (summary["thread_id"], "classify")).fetchall())
    assert [tuple(row) for row in rows] == [("classifier", "decisions:sorter", "answered", 60, 4)]
    assert summary["usage"]["model_calls"] == 3  # route, draft, check of the answer


async def test_without_a_usage_the_reservation_counts(decisions: Decisions, desk: Desk) -> None:
    decisions.usage, decisions.decide = None, lambda _, __: certain("other", 0.99)
    summary = await desk.work(MESSAGE, graph="routing")
    spent = "SELECT spent_tokens, reserved_tokens FROM runs WHERE thread_id = ?"
    [row] = await desk.resources.database.do(lambda tx: tx.execute(spent, (summary["thread_id"],)).fetchall())
    assert row["spent_tokens"] > 512
    assert row["reserved_tokens"] == 0


async def test_an_endpoint_that_asks_to_wait_is_asked_again(decisions: Decisions, desk: Desk) -> None:
    decisions.statuses, decisions.decide = [503], lambda _, __: certain("account", 0.93)
    summary = await desk.work(MESSAGE, graph="routing")
    assert (summary["status"], summary["output"]["route"], len(decisions.asked)) == ("done", "account", 2)


async def test_a_refusal_parks_the_run(decisions: Decisions, desk: Desk) -> None:
    decisions.refuses = True
    summary = await desk.work(MESSAGE, graph="routing")
    assert (summary["status"], len(summary["dead_letters"])) == ("dead_lettered", 1)


@pytest.mark.parametrize("graph", ["support_desk", "voting", "multi_agent"])
async def test_every_graph_with_that_step_takes_it(decisions: Decisions, desk: Desk, graph: str) -> None:
    decisions.decide = lambda _, __: certain("cards", 0.97)
    assert (await desk.work(MESSAGE, graph=graph))["status"] == "done"
    assert len(decisions.asked) == 1
