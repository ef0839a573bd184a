"""The offline judge, and revisions that mend what it marks."""

from typing import Any

import pytest

from bank.responders.draft import draft
from bank.responders.evaluation import evaluation
from desk.business import business
from state.desk import Draft
from state.evaluator_optimizer import Evaluation
from tests.bank.stage import asked

NUMBERS = [each.number for each in business().criteria]
NAMES = {each.number: each.name for each in business().criteria}
POLICIES = [
    {"id": "T-1", "title": "Transfers abroad", "text": "A transfer abroad is made in the app under Transfers."},
    {
        "id": "T-1",
        "title": "Transfers abroad",
        "text": "A transfer abroad costs GBP 4.00. It takes 1 to 3 working days.",
    },
    {"id": "C-1", "title": "Spare cards", "text": "A spare card is ordered in the app."},
]
ASKED = "How do I make a transfer abroad, and what does it cost?"
FREEZE = {"name": "freeze_card", "card_id": "K0001"}
HOW, COST = "A transfer abroad is made in the app under Transfers.", "A transfer abroad costs GBP 4.00."


def reply(text: str, *, citations: tuple[str, ...] = ("T-1",), action: Any = None) -> dict[str, Any]:
    return {"reply": text, "citations": list(citations), "action": action}


def data(written: dict[str, Any], message: str = ASKED) -> dict[str, Any]:
    known = [each.model_dump() for each in business().criteria]
    return {"message": message, "policies": POLICIES, "draft": written, "criteria": known}


def unmet(written: dict[str, Any], message: str = ASKED) -> dict[str, str]:
    """The names of the unmet criteria with the reasons."""
    said = Evaluation.model_validate(evaluation(asked(**data(written, message))))
    assert [mark.number for mark in said.marks] == NUMBERS
    return {NAMES[mark.number]: mark.reason for mark in said.marks if not mark.met}


def revision_of(written: dict[str, Any], message: str = ASKED) -> dict[str, Any]:
    known = {each.name: each.model_dump() for each in business().criteria}
    lacking = [{**known[name], "reason": reason} for name, reason in unmet(written, message).items()]
    block = {**data(written, message), "customer": None, "actions": [], "unmet": lacking}
    return Draft.model_validate(draft(asked(**block))).model_dump()


GOOD = reply(f"Thank you. {HOW} {COST}")


@pytest.mark.parametrize(
    "written, names",
    [
        (GOOD, set()),
        (reply(f"Thank you. {HOW}"), {"answers", "specific"}),
        (reply("Thank you. A spare card is ordered in the app.", citations=("C-1",)), {"answers", "specific"}),
        (reply(f"Thank you. {HOW} {COST}", citations=()), {"grounded"}),
        (reply(f"Thank you. {HOW} {COST}", citations=("X-9",)), {"grounded"}),
        (reply(f"Thank you. {HOW} {COST} A phone call costs GBP 9.00."), {"grounded"}),
        (reply(f"Thank you. {HOW} {COST} It is back in 9 working days."), {"grounded"}),
        (reply(f"{HOW} {COST}"), {"plain"}),
        (reply(f"Thank you. {HOW} {COST} See T-1 and TRAN-05."), {"plain"}),
        (reply(f"Thank you. {HOW} {COST} {'Indeed so. ' * 65}"), {"short"}),
        (reply(f"Thank you. {HOW} {COST} We have frozen your card."), {"honest"}),
        (reply(f"Thank you. {HOW} {COST} We will ring you."), {"honest"}),
        (reply(f"Thank you. {HOW} {COST} We have frozen your card.", action=FREEZE), set()),
    ],
)
def test_each_criterion_is_computed(written: dict[str, Any], names: set[str]) -> None:
    assert set(unmet(written)) == names


def test_a_question_that_no_policy_bears_on_is_left_open() -> None:
    assert "answers" in unmet(GOOD, "What is the weather in Hull?")


def test_a_revision_adds_what_is_missing_and_keeps_what_fits() -> None:
    better = revision_of(reply(f"Thank you for your message. {HOW}"))
    assert HOW in better["reply"]
    assert COST in better["reply"]
    assert unmet(better) == {}


def test_a_revision_drops_what_nobody_asked_and_what_nobody_did() -> None:
    better = revision_of(reply("We have frozen your card. A spare card is ordered in the app.", citations=("C-1",)))
    assert "frozen" not in better["reply"]
    assert "spare" not in better["reply"]
    assert (better["citations"], unmet(better)) == (["T-1"], {})


def test_what_was_done_with_the_action_stays_said() -> None:
    better = revision_of(reply(f"Thank you. We have frozen your card. {HOW}", action=FREEZE))
    assert "We have frozen your card." in better["reply"]
    assert better["action"] == FREEZE


def test_revising_again_changes_nothing_so_that_the_loop_ends() -> None:
    message = "What is the weather in Hull?"
    once = revision_of(GOOD, message)
    assert revision_of(once, message) == once
