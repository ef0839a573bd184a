"""Nothing runs away: a model that never has enough meets a cap, and what was found until then is kept."""

from typing import Any

import pytest

from baton.runs.registry import entries
from tests.graphs.conftest import Desk
from tests.obstinate import Obstinate, obstinate

__all__ = ["obstinate"]

ASKED = {
    "security": "Is a stolen card replaced free?",
    "cards": "How do I change my PIN?",
    "fees": "What does a transfer abroad cost?",
    "top_ups": "Can I top up by cheque?",
}
MESSAGE = " ".join(ASKED.values())
SPECIALISTS = [*ASKED, "payments", "disputes", "account", "transfers"]
CRITERIA = 7
MOST_CALLS = 13  # with the caps as they are by default: five of a supervisor, two of each of four specialists


def one_more_tool(data: dict[str, Any]) -> dict[str, Any]:
    query = f"card stolen {len(data['seen'])}"
    return {"why": "one more", "step": {"name": "search_policies", "query": query}}


def the_same_tool(data: dict[str, Any]) -> dict[str, Any]:
    return {"why": "again", "step": {"name": "search_policies", "query": "card stolen"}}


def next_specialist(data: dict[str, Any]) -> dict[str, Any]:
    to = SPECIALISTS[len(data["contributions"])]
    return {"to": to, "parts": [ASKED[to]] if to in ASKED else [], "why": "one more"}


def never_good_enough(data: dict[str, Any]) -> dict[str, Any]:
    """Nothing but the first criteria is met, one more each time, so that the loop does not end for want of a gain."""
    met = int(data["draft"]["reply"].rpartition(" ")[2]) if data["draft"]["reply"][-1].isdigit() else 0
    marks = [{"number": number, "met": number <= met, "reason": "not good enough"} for number in range(1, CRITERIA + 1)]
    return {"marks": marks}


def one_draft_more(data: dict[str, Any]) -> dict[str, Any]:
    before = data.get("draft", {}).get("reply", " 0").rpartition(" ")[2]
    return {"reply": f"Freeze the card in the app. {int(before) + 1}", "citations": ["SEC-01"], "action": None}


def five_hundred(data: dict[str, Any]) -> dict[str, Any]:
    told = {"worker": "policies", "needs": list[str]()}
    return {"subtasks": [{"id": str(each), "question": f"What about {each}?", **told} for each in range(500)]}


def every_sentence(data: dict[str, Any]) -> dict[str, Any]:
    return {"requests": [f"{part}?" for part in data["message"].replace(".", "?").split("? ")]}


@pytest.fixture(autouse=True)
def long_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cut before it meets the cap of the graph itself."""
    monkeypatch.setenv("BATON_MAX_COMPLETION_TOKENS", "30000")


@pytest.mark.parametrize(
    "graph, cap, answers",
    [
        ("agent", "steps", {"Move": one_more_tool}),
        ("agent", "steps", {"Move": the_same_tool}),
        ("multi_agent", "handovers", {"Handover": next_specialist}),
        ("evaluator_optimizer", "revisions", {"Draft": one_draft_more, "Evaluation": never_good_enough}),
        ("orchestrator_worker", "subtasks", {"Plan": five_hundred}),
        ("sectioning", "sections", {"Requests": every_sentence}),
    ],
)
async def test_a_cap_ends_the_work_and_what_was_found_is_kept(
    desk: Desk, obstinate: Obstinate, graph: str, cap: str, answers: dict[str, Any]
) -> None:
    obstinate(**answers)
    summary = await desk.work(MESSAGE, "C012", graph=graph, **{cap: 2})
    output = summary["output"]
    assert (summary["status"], output["outcome"], output["actions"]) == ("done", "escalated", [])
    assert "the cap of 2 " in output["reason"]
    assert f"({cap}) was reached" in output["reason"]
    assert output["citations"] or graph == "orchestrator_worker"  # of a plan too wide nothing was begun


@pytest.mark.parametrize("graph", sorted(entries()))
async def test_every_graph_ends_whatever_the_model_wants(desk: Desk, obstinate: Obstinate, graph: str) -> None:
    evaluation = {"marks": [{"number": 1, "met": False, "reason": "not good enough"}]}
    obstinate(
        Move=the_same_tool, Handover=next_specialist, Evaluation=evaluation, Plan=five_hundred, Requests=every_sentence
    )
    summary = await desk.work(MESSAGE, "C012", graph=graph)
    assert summary["status"] == "done"
    assert summary["usage"]["model_calls"] <= MOST_CALLS
