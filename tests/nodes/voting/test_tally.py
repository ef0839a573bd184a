"""The count: a share of all voters asked, in the order of the views, whatever came first."""

from collections.abc import Callable
from typing import Any, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.runtime import Runtime

from baton.steps.dead_letters import Failure
from nodes.voting.tally import count, tally
from state.context import Context
from state.voting import Vote

Answer = Literal["yes", "no", "unsure"]
ANSWERS: dict[str, Answer] = {"y": "yes", "n": "no", "u": "unsure"}
FAILED = Failure(letter_id="dl-1", step="vote", reason="bad_answer", error="BadAnswer: none", request={})
GUESSED = {
    "message": "Hello",
    "request": "Hello",
    "customer_id": None,
    "route": "cards",
    "confidence": 0.95,
    "sure": True,
}
CONVENED = {**GUESSED, "panel": [f"v{number}" for number in range(5)]}


def votes(letters: str) -> list[Vote]:
    return [Vote(view=f"v{n}", answer=ANSWERS[letter], reason="so") for n, letter in enumerate(letters)]


@pytest.mark.parametrize(
    "letters, asked, found",
    [
        ("yyyyy", 5, (True, 1.0)),
        ("yyynn", 5, (True, 0.6)),
        ("nnnyu", 5, (False, 0.6)),
        ("yynnu", 5, (None, 0.4)),
        ("yyuuu", 5, (None, 0.4)),
        ("yy", 5, (None, 0.4)),  # three failed: they count as asked
        ("", 5, (None, 0.0)),
        ("y", 1, (True, 1.0)),
    ],
)
def test_a_quorum_is_of_all_voters_asked(letters: str, asked: int, found: tuple[bool | None, float]) -> None:
    counted = count(votes(letters), asked, 0.6)
    assert (counted.fraud, counted.share) == found


@given(st.permutations(votes("ynuyn")))
def test_the_order_of_arrival_does_not_show(arrived: list[Vote]) -> None:
    assert count(arrived, 5, 0.6) == count(votes("ynuyn"), 5, 0.6)


@pytest.mark.parametrize(
    "letters, more, goes_on, told",
    [
        ("yyyyn", {}, ("security", None), "fraud? 4 yes (v0, v1, v2, v3), 1 no (v4), of 5 voters"),
        ("yyyyy", {"route": "other", "confidence": 0.3, "sure": False}, ("security", None), "fraud? 5 yes"),
        ("nnnnn", {}, ("cards", None), "fraud? 5 no"),
        (
            "nnnnn",
            {"confidence": 0.5, "sure": False},
            ("cards", "no tier was sure of a route (cards, 0.50)"),
            "fraud? 5 no",
        ),
        ("nnnnn", {"route": "other"}, ("other", "not for this desk (other, 0.95)"), "fraud? 5 no"),
        ("yynn", {"failures": [FAILED]}, ("cards", "a quorum of 0.6 (quorum) was not reached"), "fraud? 2 yes"),
    ],
)
async def test_how_it_goes_on(
    runtime: Callable[..., Runtime[Context]], letters: str, more: Any, goes_on: tuple[str, str | None], told: str
) -> None:
    written = await tally(cast("Any", {**CONVENED, "votes": votes(letters), **more}), runtime())
    assert (written["route"], written["review"].reason if "review" in written else None) == goes_on
    assert written["finding"].startswith(told)
    assert ("1 failed" in written["finding"]) is ("failures" in more)
