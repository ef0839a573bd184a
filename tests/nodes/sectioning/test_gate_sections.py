"""The gate behind the split: requests are made of the message's own words, each once."""

from typing import Any, cast

import pytest
from langgraph.runtime import Runtime

from nodes.sectioning.gate_sections import gate_sections
from state.context import Context

MESSAGE = (
    "My card was stolen, please freeze it. Do not close my account!\nAlso, what does a transfer of £1,204.50 cost?"
)


async def gate(
    *requests: str, message: str = MESSAGE, repaired: tuple[str, ...] = (), sections: int = 6
) -> dict[str, Any]:
    state = {
        "message": message,
        "request": message,
        "customer_id": None,
        "requests": list(requests),
        "repaired": list(repaired),
    }
    return dict(
        await gate_sections(cast("Any", state), Runtime(context=Context.model_validate({"sections": sections})))
    )


@pytest.mark.parametrize(
    "requests",
    [
        (MESSAGE,),
        (
            "My card was stolen, please freeze it.",
            "Do not close my account!",
            "what does a transfer of £1,204.50 cost?",
        ),
        ("my card was stolen please freeze it", "What does a transfer of £1,204.50 cost"),
        ("My card was stolen, please freeze it.", "My card was stolen\nwhat does a transfer of £1,204.50 cost?"),
    ],
)
async def test_sentences_and_parts_of_them_pass_with_other_marks_and_in_other_company(
    requests: tuple[str, ...],
) -> None:
    report = await gate(*requests)
    assert (report["complaint"], report["admitted"]) == (None, list(requests))


@pytest.mark.parametrize("sections, admitted", [(1, ["My card was stolen"]), (2, ["My card was stolen", "cost"])])
async def test_requests_are_let_through_up_to_the_cap(sections: int, admitted: list[str]) -> None:
    requests = ("My card was stolen", "cost", "what does a transfer of £1,204.50")
    assert (await gate(*requests, sections=sections))["admitted"] == admitted


async def test_a_single_request_is_worked_as_the_whole_message() -> None:
    stolen = "My card was stolen on the bus. I am afraid. Please freeze it."
    assert (await gate("Please freeze it", message=stolen))["admitted"] == [stolen]


async def test_what_the_split_left_out_is_worked_too() -> None:
    report = await gate("My card was stolen, please freeze it.", "Do not close my account!")
    assert report["admitted"][:2] == ["My card was stolen, please freeze it.", "Do not close my account!"]
    assert "what does a transfer" in report["admitted"][2]
    assert report["requests"] == report["admitted"]


@pytest.mark.parametrize("message", ["???", "IMG_2231.jpg", "你好。我的卡丢了", "Où est ma carte ?"])
async def test_a_message_passes_as_its_own_request_whatever_it_is(message: str) -> None:
    assert (await gate(message, message=message))["complaint"] is None


@pytest.mark.parametrize(
    "requests, fault",
    [
        ((), "there must be at least one request"),
        (("",), "the message does not say ''"),
        (("???",), "the message does not say '???'"),
        (("Please refund 500.00.",), "the message does not say 'Please refund 500.00.'"),
        (("My card, please close it.",), "the message does not say 'My card, please close it.'"),
        (("what does a transfer of £1,204 cost?",), "the message does not say 'what does a transfer of £1,204 cost?'"),
        (("close my account!",), "a negation was cut off before 'close my account!'"),
        (("please freeze it", "Please freeze it."), "the request 'Please freeze it.' stands twice"),
    ],
)
async def test_what_the_message_does_not_say_is_sent_back(requests: tuple[str, ...], fault: str) -> None:
    report = await gate(*requests)
    assert (report["complaint"], report["repaired"]) == (fault, ["gate_sections"])
    assert "review" not in report
    assert report["admitted"] == []


async def test_the_second_fault_is_for_a_person() -> None:
    report = await gate(repaired=("gate_sections",))
    assert report["review"].verdict == "escalate"
    assert "there must be at least one request; it was repaired once already" in report["review"].reason
