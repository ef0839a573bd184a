"""Reads a description of the work with a real model, which answers the six questions."""

from typing import Any

from langgraph.graph import END, START
from typing_extensions import TypedDict

from app.questions import Question, questions
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
        """Return the answer to one question."""
        return bool(getattr(self, question.id))


class DescribeInput(TypedDict):
    """The input of the graph and of its step."""

    description: str


class DescribeUpdate(TypedDict):
    """The update of the step and the output of the graph."""

    reading: Reading


class State(DescribeInput, DescribeUpdate, total=False):
    """The state of the graph."""


async def answer_questions(state: DescribeInput) -> DescribeUpdate:
    """Ask the model once, within a budget and with a span like every other call."""
    texts = {each.id: each.asks for each in questions().values()}
    data: dict[str, Any] = {"description": state["description"], "questions": texts}
    return {"reading": await ask(ROLE, Reading, prompt(__file__), data)}


builder = (
    TypedStateGraph(State, input_schema=DescribeInput, output_schema=DescribeUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT)
    .add_node(answer_questions)
    .add_edge(START, "answer_questions")
    .add_edge("answer_questions", END)
)

graph = builder.compile(name="advise")


def read_description(description: str) -> Reading:
    """Return the model's answers.

    Raises:
        UsageError: no real model is configured, or the description is not text.
        BatonError: the model gave no answer.
    """
    text = one_message(description)
    load_env()
    if settings().model_of(ROLE).startswith("local:"):
        raise UsageError(NO_MODEL)
    readings: list[Reading] = []

    async def work(_session: Session) -> int:
        state = await graph.ainvoke({"description": text})
        readings.append(Reading.model_validate(state["reading"]))
        return 0

    in_session(work)
    return readings[0]
