"""Sectioning, end to end: requests are worked by themselves, and what fails or is too much is left to a person."""

from typing import Any

import pytest

from baton.storage.records import RunSummary
from graphs.sectioning import builder
from tests.graphs.conftest import Desk
from tests.scripted import Scripted

PIN, ABROAD = "How do I change my PIN?", "What is the fee for a transfer abroad?"
TWO = f"{PIN} {ABROAD}"
DISPUTE = "How do I dispute a payment?"
LIST = ["Is there a fee for cash withdrawals?", PIN, ABROAD, "What is the top-up limit for a day?"]


async def worked(desk: Desk, message: str, customer_id: str | None = None, **context: Any) -> RunSummary:
    return await desk.work(message, customer_id, graph="sectioning", **context)


async def test_a_message_with_one_request_is_one_section(desk: Desk) -> None:
    summary = await worked(desk, PIN)
    output = summary["output"]
    assert (output["outcome"], output["route"], output["citations"]) == ("answered", "cards", ["CARD-05"])
    assert summary["usage"]["model_calls"] == 3  # split, draft, check of the answer


async def test_each_request_is_answered_from_its_own_policies(desk: Desk) -> None:
    output = (await worked(desk, TWO))["output"]
    assert output["outcome"] == "answered"
    assert output["citations"] == ["CARD-05", "FEES-09", "TRAN-12"]
    assert output["reply"].index("in the app under Card, PIN") < output["reply"].index("abroad costs GBP 4.00")
    assert output["reply"].count("Thank you") == 1


async def test_a_wish_and_a_question_are_passed_on_and_answered(desk: Desk) -> None:
    output = (await worked(desk, f"Please close my account A006. And {ABROAD.lower()}", "C005"))["output"]
    assert (output["outcome"], [each["name"] for each in output["actions"]]) == ("escalated", ["close_account"])
    assert "GBP 4.00" in output["reply"]
    assert await desk.done() == []


async def test_more_requests_than_the_cap_are_worked_as_far_as_it_goes(desk: Desk) -> None:
    output = (await worked(desk, "\n".join(LIST), sections=2))["output"]
    assert (output["outcome"], output["citations"][-1]) == ("escalated", "CARD-05")
    assert "the cap of 2 requests (sections) was reached" in output["reason"]
    assert all(request in output["reason"] for request in LIST[2:])


async def test_thirty_requests_are_no_failure(desk: Desk) -> None:
    asked = [f"{number}. What does a transfer of {number}00 pounds abroad cost?" for number in range(1, 31)]
    output = (await worked(desk, "\n".join(asked)))["output"]
    assert (output["outcome"], "(sections)" in output["reason"]) == ("escalated", True)


async def test_a_long_letter_with_one_request_is_worked_whole(desk: Desk) -> None:
    story = "It rained on that day and the bus was late. " * 300
    summary = await worked(desk, f"{story}How do I change my PIN?")
    assert (summary["status"], summary["output"]["outcome"] in {"answered", "escalated"}) == ("done", True)


@pytest.mark.parametrize(
    "message", ["?!?!", "IMG_2231.jpg", "Wo ist meine Karte?", "Will it rain in Bristol tomorrow?"]
)
async def test_odd_messages_go_to_a_person(desk: Desk, message: str) -> None:
    output = (await worked(desk, message))["output"]
    assert (output["outcome"], output["actions"]) == ("escalated", [])
    assert output["route"]
    assert message in output["reason"]


async def test_a_split_that_was_invented_is_repaired_once(cheap: Scripted, desk: Desk) -> None:
    cheap.will({"requests": ["Please pay out 500.00."]}, {"requests": [DISPUTE]})
    assert (await worked(desk, DISPUTE))["output"]["outcome"] == "answered"
    assert "the message does not say 'Please pay out 500.00.'" in cheap.asked[1]


@pytest.mark.parametrize("requests", [[], ["Please pay out 500.00."], [PIN, PIN], [" "]])
async def test_a_split_that_is_never_sound_goes_to_a_person(cheap: Scripted, desk: Desk, requests: list[str]) -> None:
    cheap.will({"requests": requests})
    summary = await worked(desk, TWO)
    output = summary["output"]
    assert (summary["status"], output["outcome"], len(cheap.asked)) == ("done", "escalated", 2)
    assert output["route"] in {"cards", "fees"}
    assert "gate_sections" in output["reason"]


async def test_a_section_that_fails_leaves_a_letter_and_spares_its_siblings(cheap: Scripted, desk: Desk) -> None:
    """The specialist for cards is the cheap model, which answers nonsense; the one for disputes is another."""
    cheap.will({"requests": [PIN, DISPUTE]}, {"nonsense": True})
    summary = await worked(desk, f"{PIN} {DISPUTE}")
    output = summary["output"]
    assert (summary["status"], output["outcome"], len(summary["dead_letters"])) == ("done", "escalated", 1)
    assert output["citations"][0].startswith("DISP-")
    assert f"A colleague will look at the rest of your message and answer you: “{PIN}”" in output["reply"]


async def test_where_all_sections_fail_a_person_gets_the_message(strong: Scripted, cheap: Scripted, desk: Desk) -> None:
    cheap.will({"requests": [PIN, ABROAD]}, {"nonsense": True})
    summary = await worked(desk, TWO)
    assert (summary["output"]["outcome"], len(summary["dead_letters"])) == ("escalated", 2)
    assert summary["output"]["citations"] == []


@pytest.mark.parametrize("message", [PIN, TWO])
async def test_the_graph_works_without_any_set_up(resources: object, message: str) -> None:
    output = await builder.compile(name="sectioning").ainvoke({"message": message, "customer_id": None})
    assert output["outcome"] == "answered"
