"""A description of the work, read by a real model: the answers to the six questions."""

from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from app.framework import Question, questions
from baton import MODEL_RETRY, STEP_TIMEOUT, Record, TypedStateGraph, ask, prompt
from baton.cli.work.inputs import one_message
from baton.cli.work.session import Session, in_session
from baton.config.home import load_env
from baton.config.settings import Role, settings
from baton.errors import UsageError

ROLE: Role = "strong"
NO_MODEL = (
    "--describe needs a real model to read it: set BATON_MODEL_STRONG=openai:NAME, or answer the questions with flags"
)


class Reading(Record):
    """A model's answers, one for each question, and whether the description already asks for an agent."""

    fixed_steps: bool
    categories: bool
    independent: bool
    same_question: bool
    criteria: bool
    unknown_steps: bool
    asks_for_an_agent: bool

    def answer(self, question: Question) -> bool:
        """The answer to one question."""
        return bool(getattr(self, question.id))


class Described(TypedDict):
    """What is read."""

    description: str


class Answered(TypedDict):
    """What is written."""

    reading: Reading


class State(Described, Answered, total=False):
    """All of it."""


async def answer_questions(state: Described) -> Answered:
    """One call, within a budget and with a span like every other."""
    asked = {each.id: each.asks for each in questions().values()}
    data: dict[str, Any] = {"description": state["description"], "questions": asked}
    return {"reading": await ask(ROLE, Reading, prompt(__file__), data)}


builder = (
    TypedStateGraph(State, input_schema=Described, output_schema=Answered)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT)
    .add_node(answer_questions)
    .add_edge(START, "answer_questions")
    .add_edge("answer_questions", END)
)

graph = builder.compile(name="advise")


def read(description: str) -> Reading:
    """The model's answers.

    Raises:
        UsageError: there is no real model, or no description that one could read.
        BatonError: the model gave no answer.
    """
    text = one_message(description)
    load_env()
    if settings().model_of(ROLE).startswith("local:"):
        raise UsageError(NO_MODEL)
    found: list[Reading] = []

    async def work(_session: Session) -> int:
        answered = await graph.ainvoke({"description": text})
        found.append(Reading.model_validate(answered["reading"]))
        return 0

    in_session(work)
    return found[0]
