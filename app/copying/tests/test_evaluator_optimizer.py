"""Evaluator-optimizer: a draft is revised while it gains, and the best is kept."""

from typing import Any

from baton.testing import scripted_model
from desk.records import Review
from graphs.evaluator_optimizer import after_evaluation, graph, in_scope
from state.desk import TierInput
from state.evaluator_optimizer import Mark

ASKED = {"message": "My new card has not arrived", "customer_id": None}
FIRST = {"reply": "It is sent again after 5 days.", "citations": ["CARD-01"], "action": None}
BETTER = {**FIRST, "reply": "Thank you. It is sent again after 5 days."}


def marks(*met: bool) -> dict[str, Any]:
    return {"marks": [{"number": n, "met": each, "reason": "as it reads"} for n, each in enumerate(met, 1)]}


def judged(*unmet: Mark, **more: Any) -> Any:
    return {"unmet": [*unmet], **more}


def test_the_loop_goes_on_until_all_is_met_or_a_review_ends_it() -> None:
    unmet = Mark(number=2, met=False, reason="no thanks")
    assert after_evaluation(judged()) == "passed"
    assert after_evaluation(judged(unmet)) == "revise"
    assert after_evaluation(judged(unmet, review=Review(verdict="escalate", reason="no improvement"))) == "escalate"


def test_what_is_not_for_the_desk_is_not_drafted() -> None:
    assert (
        in_scope(TierInput(message="?", request="?", customer_id=None, route="other", confidence=1.0, sure=True))
        == "escalate"
    )


async def test_what_was_marked_down_is_revised() -> None:
    with scripted_model(FIRST, marks(True, False), BETTER, marks(True, True), {"open": [], "confidence": 1.0}) as model:
        resolution = await graph.ainvoke(ASKED)
    assert (resolution["outcome"], resolution["reply"]) == ("answered", BETTER["reply"])
    assert [each["number"] for each in model.asked[2].data["unmet"]] == [2]


async def test_without_improvement_a_person_gets_the_best_draft() -> None:
    with scripted_model(FIRST, marks(True, False), BETTER, marks(False, True)):
        resolution = await graph.ainvoke(ASKED)
    assert resolution["outcome"] == "escalated"
    assert FIRST["reply"] in resolution["reason"]


async def test_the_offline_model_needs_one_revision() -> None:
    resolution = await graph.ainvoke(ASKED)
    assert resolution["reply"].startswith("Thank you")
    assert resolution["reason"].startswith("all 2 criteria are met after 1 revision")
