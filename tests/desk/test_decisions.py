"""The router as a decision model of LangChain's: it decides as it guesses, and answers nothing but its own question."""

from pathlib import Path

import pytest
from langchain_core.decisions import BaseDecisionModel, Choice, Noul, Question

from bank.knowledge import knowledge
from baton.errors import UsageError
from baton.models.deciding import LocalDecisions, choose, local_decisions
from nodes.classify import DIGITS, route_question

TEXTS = ["My card was stolen", "How much is a transfer abroad?", "Will it rain?", "", "???"]


@pytest.fixture
def router(furnished: Path) -> LocalDecisions:
    return local_decisions(knowledge().probabilities)


def question() -> Choice:
    return route_question(tuple(knowledge().routes.items()))


def test_it_decides_as_the_router_guesses(router: LocalDecisions) -> None:
    assert isinstance(router, BaseDecisionModel)
    for text in TEXTS:
        [answer] = router.invoke({"state": text, "questions": {"route": question()}}).choices.values()
        guess = knowledge().guess(text)
        assert (answer.choice, round(answer.confidence, DIGITS)) == (guess.route, guess.confidence)
        assert sum(answer.probabilities.values()) == pytest.approx(1)


async def test_a_step_gets_the_same_as_from_the_router_itself(furnished: Path) -> None:
    for text in TEXTS:
        choice = await choose("classifier", text, question(), local=knowledge().probabilities)
        guess = knowledge().guess(text)
        assert (choice.label, round(choice.probability, DIGITS)) == (guess.route, guess.confidence)


def test_the_question_names_every_route_with_its_definition(furnished: Path) -> None:
    asked = question()
    assert asked.criteria == knowledge().routes
    assert "a retail bank" in str(asked.instructions)


@pytest.mark.parametrize(
    "other, fault",
    [
        (Noul(instructions="Is it urgent?"), "one kind of question"),
        (Choice(instructions="Which?", criteria={"cards": None, "gardening": None}), "and no other labels"),
    ],
)
def test_other_questions_are_refused(router: LocalDecisions, other: Question, fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        router.invoke({"state": "My card", "questions": {"x": other}})
