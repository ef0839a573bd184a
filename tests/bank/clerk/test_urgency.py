"""Urgent messages: who tells of loss, theft, fraud, need or a legal threat, in their own words."""

import json
from time import process_time

import pytest

from bank.clerk.urgency import FOLDER, REASONS, urgency

FILLER = "Please tell me what the fee for a transfer to Spain is, and how long it takes. "


@pytest.mark.parametrize(
    "message, reason",
    [
        ("someone is emptying my account right now", "a fraud is going on"),
        ("a man from your fraud team wants me to move it all to a safe account", "a fraud is going on"),
        ("they made me install anydesk", "a fraud is going on"),
        ("my sim card was swapped", "a fraud is going on"),
        ("got scammed lol", "a fraud is going on"),
        ("my purse got nicked on the bus", "theft"),
        ("sum1 stole my fone", "theft"),
        ("i loose my card in the airport", "a card or phone is lost"),
        ("CANT FIND MY CARD", "a card or phone is lost"),
        ("my mum has dementia and gives her card to callers", "a vulnerable customer"),
        ("i want to end my life", "a vulnerable customer"),
        ("my husband passed away on Sunday", "a vulnerable customer"),
        ("the bailiffs come tomorrow", "a vulnerable customer"),
        ("I'll see you in court", "a legal threat"),
        ("my solicitor will write to you", "a legal threat"),
    ],
)
def test_what_cannot_wait_is_told_with_its_reason(message: str, reason: str) -> None:
    assert reason in str(urgency(message))


@pytest.mark.parametrize(
    "message",
    [
        "what do I do IF my card gets stolen?",
        "my card was stolen last year, what does a new one cost",
        "I lost my card and found it again",
        "how do you protect me against fraud",
        "the court of my building wants a proof of address",
        "I lost my PIN letter",
        "my solicitor waits for the house deposit",
        "my card hasn't arrived",
        "charged twice for lunch",
        "you robbed me with that exchange rate",
        "my phone battery died",
        "",
        "?!",
    ],
)
def test_what_only_sounds_like_it_can(message: str) -> None:
    assert urgency(message) is None


@pytest.mark.parametrize("around", ["{} {}", "{1} {0}", "{1} {0} {1}"])
def test_what_is_plain_beside_it_neither_hides_it_nor_adds_to_it(around: str) -> None:
    assert urgency(around.format("My purse was stolen.", FILLER)) == "theft"
    assert urgency(around.format("My card has not come yet.", FILLER)) is None


def test_several_reasons_are_all_told() -> None:
    assert str(urgency("My card was stolen, and I will take you to court.")).split("; ") == ["theft", "a legal threat"]


@pytest.mark.parametrize("before, after", [(0, 40), (20, 20), (40, 0)])
def test_it_is_found_wherever_it_stands_in_a_long_mail(before: int, after: int) -> None:
    assert "theft" in str(urgency(f"{FILLER * before}My card was stolen last night. {FILLER * after}"))
    assert urgency(FILLER * (before + after)) is None


@pytest.mark.parametrize("text", ["my card ", "lost ", "money. ", "a" * 8, "\n"])
def test_a_long_text_takes_no_long_time(text: str) -> None:
    urgency("hello")
    began = process_time()
    urgency(text * (16_000 // len(text)))
    assert process_time() - began < 3


def test_every_reason_has_examples() -> None:
    assert all((FOLDER / f"{name}.txt").read_text().count("\n") > 100 for name in [*REASONS, "others"])


def test_of_the_messages_to_measure_with_none_is_an_example() -> None:
    lines = (FOLDER.parent / "messages" / "urgent.jsonl").read_text().splitlines()
    messages = [json.loads(line) for line in lines]
    examples = {line for file in FOLDER.glob("*.txt") for line in file.read_text().lower().splitlines()}
    assert not [each["id"] for each in messages if each["message"].lower() in examples]
    assert len({each["id"] for each in messages}) == len({each["message"] for each in messages}) == len(messages)
    assert {each["urgent"] for each in messages} == {*REASONS.values(), None}
