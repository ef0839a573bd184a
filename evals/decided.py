"""Asks a decision model for the route of every example, without a graph: the desk's router, or one of the endpoint."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.decisions import BaseDecisionModel, Choice
from langchain_core.runnables import RunnableLambda

from baton.config.settings import DECISIONS, Role, Settings
from baton.errors import BatonError, Transient, UsageError
from baton.models.deciding import Chosen, ask_model, local_decisions
from baton.models.models import models
from desk.business import knowledge
from evals.examples import Example
from evals.records import LOCAL
from evals.thresholds import Answered
from nodes.classify import route_question

ROLE: Role = "classifier"
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model made of one example: an answer, or the error that it ended with."""

    answer: Answered | None
    error: str | None = None


async def decide_all(
    name: str, examples: Sequence[Example], configured: Settings, *, concurrency: int
) -> list[Outcome]:
    """Ask the decision model of that name about every example and return the outcomes in order.

    Raises:
        BadSetting: the endpoint needs a key that is not set, or the routes cannot be used.
    """
    desk = await knowledge()
    question = route_question(tuple(desk.routes.items()))
    turn = asyncio.Semaphore(concurrency)
    async with models(configured) as endpoint:
        model = await endpoint.decisions(name) if name.startswith(DECISIONS) else local_decisions(desk.probabilities)

        async def work(example: Example) -> Outcome:
            async with turn:
                return await _outcome(model, example, question, configured.model_timeout_s)

        return await asyncio.gather(*map(work, examples))


def decision_model(name: str, configured: Settings) -> str | None:
    """Return the name of the decision model that `name` means: `classifier`, `local:NAME`, `decisions:NAME`; else None.

    Raises:
        UsageError: it is a model that answers prompts and decides nothing.
    """
    chosen = configured.model_of(ROLE) if name == ROLE else name
    if chosen.startswith((LOCAL, DECISIONS)):
        return chosen
    if name == ROLE:  # openai:NAME: no step asks it, and `classify` goes by the router
        return "local:desk"
    if ":" in name:
        raise UsageError(f"{name} is no decision model; name local:desk, decisions:NAME, {ROLE}, or a graph")
    return None


async def _outcome(model: BaseDecisionModel, example: Example, question: Choice, limit_s: float) -> Outcome:
    """Ask about one example, up to three times where another attempt may help."""

    async def ask(text: str) -> Chosen:
        return await ask_model(model, text, question, limit_s)

    patient = RunnableLambda(ask).with_retry(retry_if_exception_type=(Transient,), stop_after_attempt=ATTEMPTS)
    try:
        choice = await patient.ainvoke(example.inputs.message)
    except BatonError as error:
        return Outcome(None, str(error))
    return Outcome(Answered(choice.label, choice.probability, choice.label == example.expected.route))
