"""Before an action goes on: the business's rules, a gate of code, and a second model that did not draft."""

from typing import Any, cast

import pytest

from bank.ledger.actions import parse_action
from baton.testing import scripted_model
from desk.business import DeskBusiness
from desk.records import Aside, Review
from nodes.support_desk.check_action import check_action
from nodes.support_desk.confirm_wish import confirm_wish, doubt_in
from state.desk import Draft, own_words
from state.support_desk import Confirmation, SettlingState
from tests.nodes.conftest import alone

YES = {"asked": "yes", "this_thing": "yes", "now": "yes", "whole": "yes", "reason": "the message asks for it"}
DONE = "We have ordered your new card."


def state_of(message: str, name: str, reply: str = DONE, customer_id: str = "C004", **args: str) -> dict[str, Any]:
    draft = Draft(reply=reply, citations=["CARD-14"], action=parse_action(name, args))
    known = {"message": message, "request": message, "customer_id": customer_id, "route": "cards", "confidence": 0.9}
    return {**known, "draft": draft, "position": 0, "said": message, "whole": message}


async def checked(message: str, reply: str = DONE) -> tuple[Review, str | None]:
    ended = await alone(check_action, SettlingState, **state_of(message, "reissue_card", reply, card_id="K0005"))
    return Review.model_validate(ended["review"]), ended["consequences"]


@pytest.mark.usefixtures("resources")
async def test_a_plain_order_goes_on_with_its_price() -> None:
    review, consequences = await checked("Please replace my frozen card.")
    assert review.verdict == "act"
    assert "GBP 5.00" in str(consequences)


@pytest.mark.usefixtures("resources")
@pytest.mark.parametrize(
    "message, reply, why",
    [
        ("Could I have a spare card as well?", DONE, "does not ask for it"),
        ("Please replace my frozen card tomorrow.", DONE, "another time"),
        ("Please replace my frozen card.", f"{DONE} It is free.", "it costs 5.00"),
    ],
)
async def test_a_doubt_or_a_hidden_price_asks_a_person(message: str, reply: str, why: str) -> None:
    review, _ = await checked(message, reply)
    assert review.verdict == "ask_person"
    assert why in review.reason


@pytest.mark.usefixtures("resources")
@pytest.mark.parametrize(
    "passing, why",
    [("Lovely weather here.", None), ("Only a joke!", "may not mean it"), ("Only after Friday.", "condition")],
)
async def test_what_is_said_in_passing_can_make_an_order_doubtful(passing: str, why: str | None) -> None:
    request = "Please replace my frozen card."
    said = own_words(request, [Aside(kind="small talk", text=passing)])
    state = {**state_of(request, "reissue_card", card_id="K0005"), "said": said}
    review = Review.model_validate((await alone(check_action, SettlingState, **state))["review"])
    assert review.verdict == ("ask_person" if why else "act")
    assert (why or "") in review.reason


def test_one_point_that_is_not_confirmed_is_a_doubt() -> None:
    assert doubt_in(Confirmation.model_validate(YES)) is None
    for point in ("asked", "this_thing", "now", "whole"):
        found = doubt_in(Confirmation.model_validate({**YES, point: "unsure", "reason": "a\nb " * 100}))
        assert found is not None
        assert f"({point}): a b a b" in found
        assert len(found) < 300


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize("answer, verdict", [("yes", "act"), ("unsure", "ask_person"), ("no", "ask_person")])
async def test_the_second_model_can_stop_an_action_and_never_start_one(answer: str, verdict: str) -> None:
    state = state_of("Please replace my frozen card.", "reissue_card", card_id="K0005")
    review = Review(verdict="act", reason="it is allowed")
    with scripted_model({**YES, "asked": answer}, roles=("judge",)):
        ended = await alone(confirm_wish, SettlingState, **state, review=review, consequences=None)
    assert ended["review"]["verdict"] == verdict


async def test_a_business_without_words_for_wishes_relies_on_the_model() -> None:
    wishes, doubt = (DeskBusiness.__dataclass_fields__[name] for name in ("wishes", "doubt"))
    assert cast("Any", wishes.default)("Please do everything") == ()
    assert await cast("Any", doubt.default)(None, "", "") is None
