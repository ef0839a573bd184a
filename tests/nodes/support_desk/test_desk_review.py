"""The desk's review: the checks of what it would send, what they come to, and what is made of the parts."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime

from bank.ledger.actions import parse_action
from baton import Decision
from desk.business import business
from desk.records import Review, Verdict
from nodes.support_desk.check_contents import check_contents
from nodes.support_desk.check_grounding import check_grounding
from nodes.support_desk.check_personal_data import check_personal_data
from nodes.support_desk.check_policy import check_policy
from nodes.support_desk.check_tone import check_tone
from nodes.support_desk.conclude import conclude
from nodes.support_desk.gather import gather
from nodes.support_desk.judge import judge
from nodes.support_desk.settle import settle
from state.context import Context
from state.desk import ActionTaken, AnswerCheck, Draft, ResolutionFields
from state.sectioning import Left, SectionResult
from state.support_desk import JudgeUpdate, Settlement
from tests.nodes.conftest import Step

FREEZE = parse_action("freeze_card", {"card_id": "K0018"})
CARD_NUMBER = "4111 1111 1111 1111"


ANSWERED = AnswerCheck(open=[], confidence=1.0, fault=None)


def part(reply: str = "Freezing is free.", citations: tuple[str, ...] = ("SEC-01",), action: Any = None) -> Draft:
    return Draft(reply=reply, citations=list(citations), action=action)


def parts_state(*parts: Draft, **more: Any) -> Any:
    message = "My card is gone, and GBP 3.50 with it."
    known = {"message": message, "request": message, "customer_id": "C013", "route": "security"}
    asked = [f"Request {number}." for number in range(len(parts))]
    return {**known, "confidence": 0.9, "parts": list(parts), "asked": asked, **more}


async def faults(step: Step, check: Any, *parts: Draft, **more: Any) -> list[str]:
    found: list[str] = (await step(check, **parts_state(*parts, **more)))["faults"]
    return found


@pytest.mark.parametrize("citations", [(), ("SEC-99",), ("SEC-01", "SEC-99")])
async def test_a_part_without_a_policy_in_force_is_a_fault(step: Step, citations: tuple[str, ...]) -> None:
    assert await faults(step, check_policy, part(), part(citations=citations)) == [
        "the reply cites no policy that it was given"
    ]


async def test_a_draft_cites_only_what_it_was_given(step: Step) -> None:
    assert await faults(step, check_policy, part(), passages=["SEC-01.1"]) == []
    assert await faults(step, check_policy, part(citations=("DISP-03",)), passages=["SEC-01.1"]) != []
    assert await faults(step, check_policy, part(citations=("DISP-03",))) == []


@pytest.mark.parametrize(
    "reply, fault",
    [
        ("That is GBP 12.00.", "names an amount that no cited policy does: 12.00"),
        ("We have frozen your card.", "claims that something was done"),
        ("You wrote of GBP 3.50.", None),
        ("Freezing is free.", None),
    ],
)
async def test_what_a_part_says_must_have_a_ground(step: Step, reply: str, fault: str | None) -> None:
    found = await faults(step, check_grounding, part(reply))
    assert (fault is None) == (not found)
    assert fault is None or fault in found[0]


async def test_what_an_investigation_saw_is_a_ground(step: Step) -> None:
    seen = {"subtask": "a", "summary": "", "rows": [{"amount": "12.00"}], "evidence": [], "citations": []}
    assert await faults(step, check_grounding, part("That is GBP 12.00."), findings=[seen]) == []


async def test_what_an_investigation_saw_is_told_apart_from_its_summary(step: Step) -> None:
    seen = {"subtask": "a", "summary": "two fees", "rows": [{"amount": "12.00"}], "evidence": [], "citations": []}
    assert await faults(step, check_grounding, part("That is GBP 12.00."), findings=[seen]) == []


@pytest.mark.parametrize(
    "reply, fault",
    [
        (f"It was {CARD_NUMBER}.", "the reply holds a card number"),
        ("It was 4111 1111\n1111 1111.", "the reply holds a card number"),
        ("Account A001 is open.", "the reply names a card, an account or a payment that is not the customer's"),
        ("Card K0018 is yours.", None),
    ],
)
async def test_nothing_of_anybody_else_is_said(step: Step, reply: str, fault: str | None) -> None:
    assert await faults(step, check_personal_data, part(), part(reply)) == ([fault] if fault else [])


@pytest.mark.parametrize(
    "reply, fault",
    [
        ("Log in at harbour-help.example.", "the reply holds a link: harbour-help.example"),
        ("Call 0800 123 4567.", "the reply holds a number: 08001234567"),
        ("<b>Freezing</b> is free.", "the reply holds markup: </b"),
        ("Freezing is free.\u202e", "the reply holds a hidden or disguised character: U+202E"),
        ("Freezing needs no approval.", "the reply tells of the desk's own rules: approv"),
        ("Peter Lindqvist froze his.", "the reply names somebody or something that no source names: Peter Lindqvist"),
        ("Freezing stops Apple Pay.", None),
        ("Your card is K0018.", None),
    ],
)
async def test_a_part_holds_only_what_its_sources_hold(step: Step, reply: str, fault: str | None) -> None:
    sent = part(reply, ("SEC-10",))
    assert await faults(step, check_contents, part(), sent) == ([fault] if fault else [])


async def test_what_an_investigation_saw_may_be_held(step: Step) -> None:
    seen = {"subtask": "a", "summary": "it stands at help.example", "rows": [], "evidence": [], "citations": []}
    assert await faults(step, check_contents, part("See help.example."), findings=[seen]) == []


@pytest.mark.parametrize(
    "reply, fault",
    [
        ("It is YOUR OWN MISTAKE HERE ALONE.", "the reply shouts"),
        ("Read it again!!", "the reply shouts"),
        ("That was your own fault.", "the reply blames the customer"),
        ("We promise that you get it back.", "the reply promises an outcome"),
        ("word " * 401, "the reply has more than 400 words"),
        ("Use a cash machine (ATM) or the app. PIN and IBAN stay the same!", None),
    ],
)
async def test_a_reply_can_be_read_by_a_customer(reply: str, fault: str | None) -> None:
    assert (await check_tone(parts_state(part(reply))))["faults"] == ([fault] if fault else [])


@pytest.fixture
def judged(runtime: Callable[..., Runtime[Context]]) -> Callable[..., Awaitable[JudgeUpdate]]:
    """The judge's update for these parts, by the faults of the checks and the answer's check."""

    async def update(*parts: Draft, answer: AnswerCheck = ANSWERED, **more: Any) -> JudgeUpdate:
        state = {"faults": [], "left": [], "answer": answer, **more}
        return await judge(parts_state(*parts, **state), runtime(answer_threshold=0.5))

    return update


def leaving_open(request: str, confidence: float = 1.0) -> AnswerCheck:
    return AnswerCheck(open=[request], confidence=confidence, fault=f"the reply leaves open: “{request}”")


async def test_any_fault_keeps_all_parts_back(judged: Callable[..., Awaitable[JudgeUpdate]]) -> None:
    review = (await judged(part(), faults=["b", "a", "b"]))["review"]
    assert (review.verdict, review.reason) == ("escalate", "a; b")
    assert (await judged(part()))["review"].verdict == "answer"
    answer = leaving_open("Where is it?")
    assert (await judged(part(), answer=answer))["review"].reason == answer.fault
    assert (await judged(part(), part(action=FREEZE)))["review"].verdict == "act"


async def test_an_order_is_seen_through_and_what_stands_open_beside_it_is_left_to_a_person(
    judged: Callable[..., Awaitable[JudgeUpdate]],
) -> None:
    update = await judged(part(action=FREEZE), answer=leaving_open("Send me a statement."))
    assert update["review"].verdict == "act"
    assert [each.request for each in update["left"]] == ["Send me a statement."]


@pytest.mark.parametrize(
    "answer, more",
    [
        (leaving_open("Please freeze my card."), {}),
        (leaving_open("Send me a statement.", confidence=0.1), {}),
        (leaving_open("Send me a statement."), {"faults": ["the reply shouts"]}),
    ],
    ids=["the order itself stands open", "the judge is not sure", "another check has a fault"],
)
async def test_an_order_in_doubt_waits_for_a_person(
    judged: Callable[..., Awaitable[JudgeUpdate]], answer: AnswerCheck, more: dict[str, Any]
) -> None:
    update = await judged(part(action=FREEZE), answer=answer, **more)
    assert update["review"].verdict == "escalate"


async def test_every_path_comes_into_one_form() -> None:
    section: dict[str, Any] = {"number": 1, "request": "x", "route": "security", "confidence": 0.9, "fault": None}
    sections = [SectionResult(**section, draft=part("one")), SectionResult(**section, draft=part("two"))]
    parted = await gather({"request": "x y", "customer_id": None, "sections": sections})
    assert ([each.reply for each in parted["parts"]], parted["asked"]) == (["one", "two"], ["x", "x"])
    whole = await gather({"request": "x y", "customer_id": None, "draft": part()})
    assert (whole["parts"], whole["asked"]) == ([part()], ["x y"])
    with pytest.raises(ValueError, match="nothing to send"):
        await gather({"request": "x", "customer_id": None})


def settling_state(verdict: Verdict, **more: Any) -> Any:
    review = Review(verdict=verdict, reason="because.")
    return {
        **parts_state(),
        "draft": part("We have frozen it.", action=FREEZE),
        "position": 1,
        "review": review,
        "consequences": None,
        **more,
    }


@pytest.mark.parametrize(
    "verdict, decided, status, said",
    [
        ("decline", None, "refused", business().wording.refusal.format(reason="because")),
        ("decline", "reject", "rejected", business().wording.refusal.format(reason="because")),
        ("answer", "respond", "rejected", "Which card?"),
        ("escalate", None, "proposed", "We have frozen it."),
    ],
)
async def test_what_was_not_done_is_not_said_to_be(verdict: Verdict, decided: Any, status: str, said: str) -> None:
    decision = Decision(type=decided, args={}, message="Which card?") if decided else None
    [settled] = (await settle(settling_state(verdict, **({"decision": decision} if decision else {}))))["settled"]
    assert (settled.position, settled.verdict, settled.action.status, settled.reply) == (1, verdict, status, said)


async def test_what_was_done_says_what_it_cost() -> None:
    costs = "The new card costs GBP 5.00."
    [settled] = (await settle(settling_state("act", consequences=costs)))["settled"]
    assert settled.reply == f"We have frozen it. {costs}"
    [refused] = (await settle(settling_state("decline", consequences=costs)))["settled"]
    assert costs not in refused.reply


async def test_what_was_done_keeps_its_receipt() -> None:
    done = ActionTaken(name="freeze_card", args={"card_id": "K0018"}, status="done", receipt="R000001")
    [settled] = (await settle(settling_state("act", actions=[done])))["settled"]
    assert (settled.action, settled.reply) == (done, "We have frozen it.")


async def test_a_reply_that_leaves_out_what_was_done_gets_words_on_it() -> None:
    done = ActionTaken(name="freeze_card", args={"card_id": "K0018"}, status="done", receipt="R000001")
    state = settling_state("act", actions=[done])
    [settled] = (await settle(cast("Any", {**state, "draft": part("Freezing is free.", action=FREEZE)})))["settled"]
    assert settled.reply == "We have done this: freeze card (card id K0018). Freezing is free."


def settlement(position: int, verdict: Verdict, reply: str) -> Settlement:
    action = ActionTaken(name="freeze_card", args={}, status="proposed", receipt=None)
    return Settlement(position=position, verdict=verdict, reply=reply, action=action, reason=f"reason {position}")


async def conclusion_of(*settled: Settlement) -> ResolutionFields:
    parts = [part("Thank you. One."), part("Thank you. Two.", ("SEC-01", "DISP-03"))]
    return await conclude(cast("Any", parts_state(*parts, settled=list(settled))))


async def test_parts_become_one_reply_in_their_order() -> None:
    resolution = await conclusion_of(settlement(1, "act", "Thank you. Done."))
    assert resolution["reply"] == "Thank you. One.\n\nDone."
    assert resolution["citations"] == ["SEC-01", "DISP-03"]
    assert (resolution["outcome"], resolution["reason"]) == ("acted", "reason 1")


async def test_the_gravest_end_names_the_outcome() -> None:
    both = [settlement(1, "escalate", "x"), settlement(0, "act", "Done.")]
    resolution = await conclusion_of(*both)
    passed_on = business().wording.request_passed_on.format(request="“Request 1.”").removeprefix("Thank you. ")
    assert (resolution["outcome"], resolution["reply"]) == ("escalated", f"Done.\n\n{passed_on}")
    assert len(resolution["actions"]) == 2
    assert (await conclusion_of())["outcome"] == "answered"
    assert (await conclusion_of(settlement(0, "decline", "no"), settlement(1, "act", "yes")))["outcome"] == "acted"


async def test_a_wish_that_no_part_has_an_action_for_is_named_and_left_to_a_person() -> None:
    wished = "Please freeze my card. And close my account."
    state = parts_state(part("Done.", action=FREEZE), settled=[settlement(0, "act", "Done.")], request=wished)
    resolution = await conclude(state)
    assert (resolution["outcome"], resolution["reason"]) == (
        "escalated",
        "asked for and not done: close_account; reason 0",
    )
    assert resolution["reply"].startswith("Done.\n\n")
    assert "“And close my account.”" in resolution["reply"]


async def test_a_message_with_one_part_that_nobody_could_settle_is_held() -> None:
    resolution = await conclude(parts_state(part(), settled=[settlement(0, "escalate", "x")]))
    assert (resolution["outcome"], resolution["reply"]) == ("escalated", business().wording.holding)


async def test_what_no_part_answers_is_named_in_the_customers_words_and_a_person_looks() -> None:
    left = [Left(reason="no policy bears on it", request="Will it rain?")]
    resolution = await conclude(parts_state(part("One."), left=left))
    assert resolution["outcome"] == "escalated"
    assert (
        resolution["reply"]
        == "One.\n\nA colleague will look at the rest of your message and answer you: “Will it rain?”"
    )
    assert resolution["reason"] == "no policy bears on it: “Will it rain?”"
