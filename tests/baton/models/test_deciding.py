"""A decision model of an endpoint, over a real socket: its question, its answer, and what is no answer."""

import asyncio

import pytest
from langchain_core.decisions import BaseDecisionModel, Choice, Noul

from baton.config.settings import settings
from baton.errors import BadAnswer, BadSetting, BatonError, Fatal, Transient
from baton.models.deciding import ask_model
from baton.models.models import models
from tests.decisions import Decisions, decisions

__all__ = ["decisions"]

WHICH = Choice(instructions="Which fruit is it?", criteria={"apple": "Round.", "pear": None})


@pytest.fixture(autouse=True)
def fresh() -> None:
    settings.cache_clear()


async def asked(text: str = "green", question: Choice = WHICH, limit_s: float = 5) -> tuple[str, float]:
    async with models(settings()) as known:
        choice = await ask_model(await known.decisions("decisions:sorter"), text, question, limit_s)
    return choice.label, choice.probability


async def test_a_label_comes_with_its_own_probability(decisions: Decisions) -> None:
    decisions.decide = lambda text, labels: dict(zip(labels, (0.3, 0.7), strict=True)) if text == "green" else {}
    assert await asked() == ("pear", 0.7), "the endpoint's own confidence is another measure"
    [request] = decisions.asked
    assert (request["model"], request["input"]) == ("sorter", "green")
    [question] = request["questions"]
    assert question["instructions"] == "Which fruit is it?"
    assert question["choices"] == [{"value": "apple", "description": "Round."}, {"value": "pear"}]


async def test_it_is_a_decision_model_of_langchains(decisions: Decisions) -> None:
    async with models(settings()) as known:
        model = await known.decisions("decisions:sorter")
        assert isinstance(model, BaseDecisionModel)
        assert await known.decisions("decisions:sorter") is model
        one, other = await model.abatch([{"state": text, "questions": {"which": WHICH}} for text in ("a", "b")])
        in_a_thread = await asyncio.to_thread(model.invoke, {"state": "a", "questions": {"which": WHICH}})
    assert one.choices == other.choices == in_a_thread.choices
    assert one.usage is not None
    assert one.usage["total_tokens"] == 64


@pytest.mark.parametrize(
    "shares, fault",
    [
        ({"plum": 1.0}, "chose 'plum', which is none of the labels"),
        ({"apple": 1.5}, "the probability 1.5"),
        ({"apple": -0.5}, "the probability -0.5"),
    ],
)
async def test_a_choice_that_cannot_be_is_no_answer(decisions: Decisions, shares: dict[str, float], fault: str) -> None:
    decisions.decide = lambda _, __: shares
    with pytest.raises(BadAnswer, match=fault):
        await asked()


async def test_a_refusal_is_no_answer(decisions: Decisions) -> None:
    decisions.refuses = True
    with pytest.raises(BadAnswer, match="refusal"):
        await asked()


@pytest.mark.parametrize("status, kind", [(503, Transient), (429, Transient), (401, Fatal), (404, Fatal)])
async def test_an_endpoint_that_fails_is_told_apart(decisions: Decisions, status: int, kind: type[BatonError]) -> None:
    decisions.statuses = [status]
    with pytest.raises(kind, match="the model endpoint failed"):
        await asked()
    assert len(decisions.asked) == 1, "the graph's retry policy is the only layer that tries again"


async def test_no_answer_in_time_may_be_tried_again(decisions: Decisions) -> None:
    with pytest.raises(Transient, match="no decision within 0 s"):
        await asked(limit_s=0)


async def test_other_questions_are_refused(decisions: Decisions) -> None:
    async with models(settings()) as known:
        model = await known.decisions("decisions:sorter")
        with pytest.raises(TypeError, match="is asked choices"):
            await model.ainvoke({"state": "a", "questions": {"is": Noul(instructions="Is it?")}})


async def test_it_answers_no_prompt(decisions: Decisions) -> None:
    async with models(settings()) as known:
        with pytest.raises(BadSetting, match="decisions:sorter answers typed questions and no prompt"):
            await known.of("classifier")


@pytest.mark.parametrize("role", ["cheap", "strong", "judge"])
def test_only_the_classifier_decides(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    monkeypatch.setenv(f"BATON_MODEL_{role.upper()}", "decisions:sorter")
    settings.cache_clear()
    with pytest.raises(BadSetting, match="write local:NAME, openai:NAME or llama:FILE"):
        settings()


async def test_without_a_key_or_an_endpoint_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with models(settings()) as known:
        with pytest.raises(BadSetting, match="OPENAI_API_KEY"):
            await known.decisions("decisions:sorter")
