"""Each fence in the table is one that its graph really has: without it something else comes of a wrong answer."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from baton.offline.transport import Responder
from evals.fences.table import ALL, FENCES, NONE, cells_of, fences_of, taken, taken_in
from tests.evals.fences.stage import CARD, CUSTOMER, PIN, at_second, come, in_words, with_changes
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

QUESTION = "How do I freeze a card?"
DISPUTE = "Marigold Bakery has £12.40 twice on the same day. I only went once, please put one of them back."
FRAUD = "Somebody used my card for a payment that I never made!"
FREEZE = {"name": "freeze_card", "card_id": CARD}
FEE, CASE_FEE = (with_changes(each, reply="It costs GBP 37.50.") for each in ("Draft", "CaseReply"))
UNASKED = with_changes("Draft", reply="We have frozen your card.", action=FREEZE) | with_changes(
    "Confirmation", asked="yes", this_thing="yes", now="yes", whole="yes"
)
PASSED = {"Evaluation": lambda request: marks(request, met=True)}
FAILED = {"Evaluation": lambda request: marks(request, met=False)}
OPEN = with_changes("AnswerReview", open=[PIN])
ONE_YES: Mapping[str, Responder] = {
    "Vote": lambda request: {
        "view": request.data["view"],
        "answer": "yes" if request.data["view"] == "words" else "no",
        "reason": "told so",
    }
}
IN_PROSE: Mapping[str, Responder] = {"chat": lambda _: "I am glad to help."}
IN_WORDS: Mapping[str, Responder] = {"chat": in_words}


def marks(request: object, *, met: bool) -> dict[str, object]:
    numbers = [each["number"] for each in request.data["criteria"]]  # type: ignore[attr-defined]
    return {"marks": [{"number": each, "met": met, "reason": "told so"} for each in numbers]}


class Case(NamedTuple):
    """A message, and the wrong answers that the fence stops."""

    says: Mapping[str, Responder]
    message: str = PIN
    customer: str = CUSTOMER


OF_DRAFTS = ("routing", "voting", "evaluator_optimizer", "support_desk")
"""The graphs whose reply is a draft."""

CASES: dict[tuple[str, str], Case] = {
    **{(fence, graph): Case({**FEE, **PASSED}) for fence in ("gates", "grounding") for graph in OF_DRAFTS},
    **{(fence, "chaining"): Case(CASE_FEE) for fence in ("gates", "grounding")},
    **{("check_answer", graph): Case(OPEN) for graph in FENCES["check_answer"].graphs},
    ("asked-for gate", "support_desk"): Case(UNASKED, QUESTION),
    ("approval", "support_desk"): Case(UNASKED, QUESTION),
    ("votes", "voting"): Case(ONE_YES, FRAUD),
    ("votes", "support_desk"): Case(ONE_YES, FRAUD),
    ("evaluator", "evaluator_optimizer"): Case(FAILED),
    ("evaluator", "support_desk"): Case(FAILED, DISPUTE, "C010"),
    ("repair", "single_call"): Case(at_second("SingleAnswer")),
    ("repair", "chaining"): Case(at_second("CaseReply")),
    **{
        ("repair", graph): Case(at_second("Draft"))
        for graph in ("routing", "voting", "evaluator_optimizer", "support_desk")
    },
    **{("schema", graph): Case(IN_PROSE) for graph in FENCES["schema"].graphs},
}


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("fence, graph", [(name, graph) for name, fence in FENCES.items() for graph in fence.graphs])
async def test_without_a_fence_something_else_comes_of_a_wrong_answer(fence: str, graph: str) -> None:
    case = CASES[fence, graph]
    whole, without = [await come(graph, cell, case.message, case.says, case.customer) for cell in (ALL, fence)]
    assert without != whole


@pytest.mark.usefixtures("furnished")
async def test_a_graph_is_whole_again_after_a_fence_was_taken() -> None:
    before = await come("routing", ALL, PIN, FEE)
    without = await come("routing", "gates", PIN, FEE)
    assert (before.outcome, without.outcome) == ("escalated", "answered")
    assert "37.50" in without.reply
    assert await come("routing", ALL, PIN, FEE) == before


@pytest.mark.usefixtures("furnished")
async def test_without_the_gate_and_the_approval_what_nobody_asked_for_is_done() -> None:
    assert (await come("support_desk", ALL, QUESTION, UNASKED)).status == "waiting"
    assert (await come("support_desk", NONE, QUESTION, UNASKED)).actions == ["freeze_card done"]


@pytest.mark.usefixtures("furnished")
async def test_without_the_schema_a_model_that_reads_it_in_words_answers_as_before() -> None:
    before = await come("routing", ALL, PIN, {})
    assert before.outcome == "answered"
    assert await come("routing", "schema", PIN, IN_WORDS) == before


def test_a_graph_is_measured_with_all_fences_without_each_and_without_any() -> None:
    assert cells_of("single_call") == [ALL, "repair", "schema"]
    assert cells_of("routing") == [ALL, *fences_of("routing"), NONE]


def test_nothing_is_taken_from_all_fences_and_everything_but_the_schema_of_none() -> None:
    assert taken_in(ALL, "support_desk") == []
    assert taken_in(NONE, "routing") == [FENCES[each] for each in fences_of("routing") if each != "schema"]


def test_a_context_comes_with_the_fence_that_is_one() -> None:
    with taken("votes", "voting") as context:
        assert context == {"voters": 1}
