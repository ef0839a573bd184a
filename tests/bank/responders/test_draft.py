"""The offline drafts: built from the passages that were given, and from nothing else."""

import json
from importlib.resources import files
from typing import Any

import pytest

from bank.knowledge import knowledge
from bank.ledger.actions import ACTION_NAMES
from bank.responders.draft import ONLY_OWN, draft
from bank.text.money import gbp_in
from state.desk import Draft
from tests.bank.stage import asked

INBOX = [json.loads(line)["message"] for line in (files("bank") / "inbox.jsonl").read_text("utf-8").splitlines()]
CARD = {"card_id": "K0001", "last4": "1111", "kind": "physical", "status": "active", "daily_limit": "500.00"}
CUSTOMER = {"name": "Ada", "cards": [CARD], "accounts": [], "transactions": []}


def policies(message: str, route: str) -> list[dict[str, str]]:
    index = knowledge().index
    found = index.passages(index.search(message, route))
    return [{"id": each.policy_id, "title": each.title, "text": each.text} for each in found]


def draft_of(message: str, route: str = "", customer: dict[str, Any] | None = None) -> Draft:
    data = {"message": message, "policies": policies(message, route), "customer": customer, "actions": ACTION_NAMES}
    return Draft.model_validate(draft(asked(**data)))


@pytest.mark.parametrize(
    "message, rule",
    [
        ("I need to expedite my card", "Harbour does not sell faster delivery"),
        ("I bought something and want the money refunded", "Please ask the shop first"),
        ("Where are your cards supported?", "wherever Visa is accepted"),
    ],
)
async def test_a_special_case_is_quoted_with_the_rule_beside_it(message: str, rule: str) -> None:
    route = knowledge().guess(message).route
    found = knowledge().passages(await knowledge().search(message, route, 6))
    given = [{"id": each.policy_id, "title": each.title, "text": each.text} for each in found]
    said = Draft.model_validate(
        draft(asked(message=message, policies=given, topics=knowledge().topics(message, 1, route)))
    )
    assert rule in said.reply
    assert len(said.citations) > 1


@pytest.mark.parametrize("message", INBOX)
def test_a_reply_says_only_what_its_citations_say(message: str) -> None:
    given, said = policies(message, ""), draft_of(message)
    cited = " ".join(each["text"] for each in given if each["id"] in said.citations)
    assert set(said.citations) <= {each["id"] for each in given}
    assert bool(said.citations) is bool(given)
    assert gbp_in(said.reply) <= gbp_in(cited)
    assert "(see " not in said.reply


@pytest.mark.parametrize(
    "message, route, cited, words",
    [
        ("How do I change my PIN?", "cards", "CARD-05", "in the app under Card, PIN"),
        ("How long does a transfer abroad take?", "transfers", "TRAN-01", "1 to 3 working days"),
        ("Is there a fee for cash withdrawals?", "fees", "FEES-03", "free up to GBP 200.00"),
        ("What is the top-up limit for a day?", "top_ups", "TOP-03", "GBP 2,000.00 a day"),
        ("Where can I change my address?", "account", "ACC-03", "Profile, Details"),
    ],
)
def test_the_policy_that_answers_is_quoted_first(message: str, route: str, cited: str, words: str) -> None:
    said = draft_of(message, route)
    assert said.citations[0] == cited
    assert words in said.reply


def test_other_policies_give_another_reply() -> None:
    policy = {"id": "X-1", "title": "PIN", "text": "A PIN is changed by carrier pigeon."}
    said = draft(asked(message="How do I change my PIN?", policies=[policy], customer=None))
    assert said["citations"] == ["X-1"]
    assert "carrier pigeon" in said["reply"]


def test_of_two_policies_that_share_as_much_the_searchs_first_is_quoted() -> None:
    texts = {"X-1": "A PIN is changed by pigeon.", "X-2": "A PIN is changed by letter."}
    for order in (["X-1", "X-2"], ["X-2", "X-1"]):
        policies = [{"id": each, "title": "PIN", "text": texts[each]} for each in order]
        assert draft(asked(message="Change my PIN", policies=policies, customer=None))["citations"][0] == order[0]


def test_the_topic_tells_which_paragraph_is_meant_where_the_message_does_not() -> None:
    texts = ("A card is ordered in the app.", "The arrival takes 5 days.")
    policies = [{"id": "X-1", "title": "Cards", "text": text} for text in texts]
    said = draft(asked(message="It is not here", policies=policies, customer=None, topics={"cards/card_arrival": 0.9}))
    assert "5 days" in said["reply"]


def test_without_policies_nothing_is_cited() -> None:
    assert draft(asked(message="How do I change my PIN?", policies=[], customer=None))["citations"] == []


def test_with_an_action_the_reply_is_written_as_if_it_were_done() -> None:
    said = draft_of("My card was stolen, please freeze it", "security", CUSTOMER)
    assert said.action is not None
    assert "We have frozen your card" in said.reply


def test_who_asks_for_another_persons_card_is_told_that_it_cannot_be() -> None:
    said = draft_of("Please freeze my flatmate's card", "security", CUSTOMER)
    assert said.action is None
    assert ONLY_OWN in said.reply
