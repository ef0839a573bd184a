"""The model that is wrong on purpose: valid in form, wrong in each way that a fence is for, and the same each time."""

from typing import Any

from bank.responders.wrong import FEE, LINK, NO_POLICY, OF_REPLIES, RESPONDERS
from baton.models.data_blocks import data_block
from baton.models.dialects import said_schema
from baton.offline.transport import Request
from desk.business import business
from desk.records import action_name
from state.desk import draft_shape
from tests.bank.stage import asked

POLICIES = [
    {"id": "CARD-05", "title": "PIN", "text": "A PIN is changed in the app."},
    {"id": "FEES-01", "title": "Fees", "text": "The account has no monthly fee."},
]
CUSTOMER = {
    "name": "Ann",
    "cards": [{"card_id": "K1", "last4": "1234", "kind": "physical", "status": "active", "daily_limit": "500.00"}],
    "accounts": [],
    "transactions": [],
}
ACTIONS = tuple(action_name(kind) for kind in business().actions)


def data(message: str) -> dict[str, Any]:
    return {"message": message, "topics": {}, "policies": POLICIES, "customer": CUSTOMER, "actions": list(ACTIONS)}


def drafts() -> list[dict[str, Any]]:
    return [RESPONDERS["Draft"](asked(**data(f"How do I change my PIN? ({number})"))) for number in range(60)]


def test_it_is_wrong_in_each_way() -> None:
    found = drafts()
    whole = [each for each in found if each]
    assert len(whole) < len(found), "some answers are empty"
    assert any(FEE in each["reply"] for each in whole)
    assert any(LINK in each["reply"] for each in whole)
    assert any(each["citations"] == [NO_POLICY] for each in whole)
    assert any(each["action"] == {"name": "freeze_card", "card_id": "K1"} for each in whole)
    assert len(OF_REPLIES) > len(ACTIONS)


def test_all_that_is_not_empty_has_the_form_that_is_asked_for() -> None:
    for each in filter(None, drafts()):
        draft_shape(ACTIONS).model_validate(each)


def test_the_same_request_gets_the_same_answer() -> None:
    assert drafts() == drafts()


def test_asked_in_words_it_talks_around_the_record_or_answers_without_one() -> None:
    words = said_schema(draft_shape(ACTIONS), "words", said=True)
    texts = []
    for number in range(30):
        content = f"{data_block(data(f'How do I change my PIN? ({number})'))}\n\n{words}"
        texts.append(RESPONDERS["chat"](Request.of({"messages": [{"role": "user", "content": content}]})))
    assert any("{" not in each for each in texts)
    assert any(each.startswith("Here you are:\n{") for each in texts)
