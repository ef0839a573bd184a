"""Asks decision models: a text and a choice in, a label with its probability out.

A decision model is an endpoint's (`decisions:NAME`), asked within the run's budget, or a function of this process. Both
are `BaseDecisionModel`s of LangChain. The threshold is the caller's: no model knows what a wrong choice costs.
"""

import asyncio
import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from langchain_core.decisions import (
    Answer,
    BaseDecisionModel,
    Choice,
    ChoiceAnswer,
    ClassifierResponse,
    Question,
    State,
)
from langchain_core.exceptions import ModelError
from langchain_core.messages import UsageMetadata
from openai import OpenAIError
from pydantic import PrivateAttr
from typing_extensions import override

from baton.config.settings import DECISIONS, Role, settings
from baton.errors import BadAnswer, Transient, UsageError
from baton.models.asking import settle_failed
from baton.models.budget import Offer, Usage, credible_usage, reserve_first
from baton.models.endpoint_errors import classify_error
from baton.models.models import cost_usd, models
from baton.runtime.active import active_run

Shares = Callable[[str], dict[str, float]]
"""Takes a text; returns the probability of each label."""

ANSWER_TOKENS = 512  # reserved for an answer: the protocol has no cap to send, and an answer is a few labels
QUESTION = "choice"
SLACK = 1e-6  # a probability that was rounded on its way may be over 1 by so much


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen label with its probability; the model's own `confidence` need not be that, and is not used.

    `usage` is what the model reported, None where it reported nothing.
    """

    label: str
    probability: float
    usage: UsageMetadata | None = None


class LocalDecisions(BaseDecisionModel):
    """A decision model that is a function of this process; `local_decisions` makes one."""

    model: str = "local"
    _shares: Shares = PrivateAttr()

    @property
    @override
    def _provider(self) -> str:
        return "baton"

    @override
    def _classify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        answers = {name: self._answer(state, question) for name, question in questions.items()}
        return ClassifierResponse(model=self.model, answers=answers)

    @override
    async def _aclassify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        return self._classify(state, questions)  # it takes less than a thread would

    def _answer(self, state: State, question: Question) -> Answer:
        """The answer to one question.

        Raises:
            UsageError: the function knows other labels, or the question is no choice about a text.
        """
        if not isinstance(state, str) or not isinstance(question, Choice):
            raise UsageError("a local decision model answers one kind of question: a choice, about a text")
        shares = self._shares(state)
        if shares.keys() != question.criteria.keys():
            raise UsageError(f"the local decision model knows {', '.join(shares)}, and no other labels")
        best = max(shares, key=lambda label: shares[label])
        return ChoiceAnswer(type="choice", choice=best, probabilities=shares, confidence=min(shares[best], 1.0))


def local_decisions(shares: Shares) -> LocalDecisions:
    """Make a decision model of a function."""
    model = LocalDecisions()
    model._shares = shares  # noqa: SLF001 - pydantic sets no private field
    return model


async def choose(role: Role, text: str, question: Choice, *, local: Shares) -> Chosen:
    """Ask the decision model of a role inside a step, and return its choice; `local` is that of every local name.

    Raises:
        BadAnswer: the model refused, or chose what is no label.
        OverBudget: the call may cost more than is left of the run's budget.
        Transient: the endpoint could not be reached or asks to wait.
        Fatal: the endpoint refuses the request.
    """
    if settings().model_of(role).startswith(DECISIONS):
        return await _paid_choice(role, text, question)
    response = await local_decisions(local).ainvoke({"state": text, "questions": {QUESTION: question}})
    return chosen(response, question)


async def _paid_choice(role: Role, text: str, question: Choice) -> Chosen:
    """Reserve the budget of one call to the endpoint, make it, settle it, and return the choice."""
    run = active_run()
    known_models = await run.resources.resource(models)
    name = known_models.name(role)
    model = await known_models.decisions(name, role)
    size = len(text.encode()) + len(json.dumps(question.model_dump()).encode())
    nanousd = math.ceil((cost_usd(name, Usage(size, ANSWER_TOKENS)) or 0) * 1e9)
    reservation = await reserve_first(run, [Offer(role, name, size + ANSWER_TOKENS, nanousd)])
    try:
        choice = await ask_model(model, text, question, run.resources.settings.model_timeout_s)
    except BaseException as error:
        await settle_failed(reservation, error)
        raise
    usage = credible_usage(choice.usage, len(text.encode()), len(choice.label.encode()))
    cost = cost_usd(name, usage) if usage else None
    await reservation.settle(usage, cost, unknown=usage is None, doubted=choice.usage is not None)
    return choice


async def ask_model(model: BaseDecisionModel, text: str, question: Choice, limit_s: float) -> Chosen:
    """Ask a decision model once, and return its choice; no budget is asked.

    Raises:
        BadAnswer: the model refused, or chose what is no label.
        Transient: there was no answer in time, or the endpoint could not be reached or asks to wait.
        Fatal: the endpoint refuses the request.
    """
    try:
        async with asyncio.timeout(limit_s):
            response = await model.ainvoke({"state": text, "questions": {QUESTION: question}})
    except TimeoutError as error:
        raise Transient(f"no decision within {limit_s:g} s (BATON_MODEL_TIMEOUT_S); check the network") from error
    except (ModelError, OpenAIError) as error:
        raise classify_error(error) from error
    return chosen(response, question)


def chosen(response: ClassifierResponse, question: Choice) -> Chosen:
    """The choice of a response.

    Raises:
        BadAnswer: there is no choice, its label is not one of the question's, or its probability is out of range.
    """
    answer = response.answers.get(QUESTION)
    if not isinstance(answer, ChoiceAnswer):
        raise BadAnswer("the decision model gave no answer")
    if answer.choice not in question.criteria:
        raise BadAnswer(f"the decision model chose {answer.choice[:40]!r}, which is none of the labels")
    share = answer.probabilities.get(answer.choice, math.nan)
    if not 0 <= share <= 1 + SLACK:
        raise BadAnswer(f"the decision model gave {answer.choice!r} the probability {share}")
    return Chosen(answer.choice, min(share, 1.0), response.usage)
