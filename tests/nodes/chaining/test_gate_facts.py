"""The gate behind the facts: every quote stands in the message, whole."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.dataset import own_datasets
from nodes.chaining.gate_facts import gate_facts
from state.chaining import Fact

DATASET = own_datasets() / "chaining.jsonl"
LINES = [json.loads(line) for line in DATASET.read_text("utf-8").splitlines()]
MESSAGE = (
    "I paid £1,204.50 at  Kestrel Books\non 12/11/2026, then €62.00 by card 4111 1111 1111 1111. Where is my refund?"
)
ASKED = Fact(kind="request", quote="Where is my refund?")


async def complaint(message: str, *facts: Fact) -> str | None:
    return (await gate_facts(cast("Any", {"message": message, "request": message, "facts": list(facts)})))["complaint"]


@pytest.mark.parametrize(
    "kind, quote",
    [
        ("amount", "£1,204.50"),
        ("amount", "1,204.50"),
        ("amount", "€62.00"),
        ("name", "at Kestrel Books on"),
        ("name", "Kestrel  Books"),
        ("date", "12/11/2026"),
        ("reference", "[card ending 1111]"),
    ],
)
async def test_what_the_message_says_goes_on(kind: Any, quote: str) -> None:
    assert await complaint(MESSAGE, Fact(kind=kind, quote=quote), ASKED) is None


@pytest.mark.parametrize(
    "kind, quote",
    [
        ("amount", "£1,204.51"),
        ("amount", "£1"),
        ("amount", "204.50"),
        ("amount", "£1,204"),
        ("name", "Kest"),
        ("name", "kestrel books"),
        ("name", "Lumen Hotel"),
        ("date", "12/11"),
        ("date", "2/11/2026"),
        ("reference", ""),
        ("reference", " "),
    ],
)
async def test_what_the_message_does_not_say_is_sent_back(kind: Any, quote: str) -> None:
    told = await complaint(MESSAGE, Fact(kind=kind, quote=quote), ASKED)
    assert told == f"the message does not say {quote.strip()!r}"


async def test_a_foreign_sum_cannot_lose_its_currency() -> None:
    told = await complaint(MESSAGE, Fact(kind="amount", quote="62.00"), ASKED)
    assert told == "the amount '62.00' must be quoted with its currency"


@pytest.mark.parametrize("number", ["4111 1111 1111 1111", "4111\n1111  1111\t1111", "4111111111111111"])
async def test_a_card_number_is_no_fact(number: str) -> None:
    told = await complaint(f"My card is {number}. Help!", Fact(kind="reference", quote=number))
    assert told == "a quote holds a card number"


@pytest.mark.parametrize("facts", [[], [ASKED, ASKED], [Fact(kind="date", quote="12/11/2026")]])
async def test_exactly_one_fact_is_the_request(facts: list[Fact]) -> None:
    told = await complaint(MESSAGE, *facts)
    assert told is not None
    assert told.startswith("exactly one fact must be the request")


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line["id"]))
async def test_the_facts_of_the_dataset_go_on(line: dict[str, Any]) -> None:
    facts = [Fact(**fact) for fact in line["expected"]["steps"]["extract"]["facts"]]
    assert await complaint(line["inputs"]["message"], *facts) is None


@given(st.text(min_size=1, max_size=80), st.text(max_size=20))
async def test_nothing_goes_on_that_does_not_stand_in_the_message(message: str, quote: str) -> None:
    told = await complaint(message, Fact(kind="name", quote=quote), Fact(kind="request", quote=message))
    plain = " ".join(message.split())
    assert told is not None or (quote.strip() and " ".join(quote.split()) in plain)
