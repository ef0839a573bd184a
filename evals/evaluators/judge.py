"""The judge: a model of the role `judge` says whether a reply is good, by the rubric beside this file.

START -> judge_reply -> END
A verdict is a run of its own, with a budget, retries and spans, beside the run whose reply it is about.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from langgraph.graph import END, START
from typing_extensions import TypedDict

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, ask, dead_letter
from baton.records import Record
from desk.bounds import Sentence
from desk.business import business, customer, knowledge, policies
from evals.evaluators.completion import REPLIED
from evals.examples import Inputs
from evals.records import JudgedCell

RUBRIC = Path(__file__).with_suffix(".md")
FOUND = 4  # passages that a search finds for a message


class Verdict(Record):
    """Whether a reply is good by the rubric, and why."""

    verdict: Literal["pass", "fail"]
    reason: Sentence


class JudgeInput(TypedDict):
    """Read by `judge_reply`: a reply with the message that it answers, its citations and what was done."""

    message: str
    customer_id: str | None
    route: str
    reply: str
    citations: list[str]
    actions: list[dict[str, Any]]


class JudgeUpdate(TypedDict):
    """Written by `judge_reply`."""

    verdict: Verdict


class State(JudgeInput, JudgeUpdate, total=False):
    """The whole state of the judge."""


async def judge_reply(state: JudgeInput) -> JudgeUpdate:
    """Ask the judge about one reply and return its verdict.

    It reads whole policies: those that the reply cites, and those that a search finds for the message.
    """
    cited = [f"{each}.1" for each in state["citations"]]  # any passage stands for its policy
    found = await (await knowledge()).search(state["message"], state["route"], FOUND)
    data = {
        "message": state["message"],
        "policies": await policies([*cited, *found], whole=True),
        "customer": await customer(state["customer_id"]),
        "reply": state["reply"],
        "citations": state["citations"],
        "actions": state["actions"],
    }
    return {"verdict": await ask("judge", Verdict, rubric(), data)}


def is_judged(cell: JudgedCell) -> bool:
    """Return whether a cell has a reply to judge: one that the customer gets, and no holding text."""
    return cell["outcome"] in REPLIED and bool(cell["reply"].strip())


def judge_input(inputs: Inputs, cell: JudgedCell) -> JudgeInput:
    """Return what the judge is given of a cell."""
    return {
        "message": inputs.message,
        "customer_id": inputs.customer_id,
        "route": cell["route"] or "",
        "reply": cell["reply"],
        "citations": cell["citations"],
        "actions": cell["actions"],
    }


def rubric() -> str:
    """Return the judge's instructions, with the business in its place."""
    return _text().replace("{business}", business().about)


def rubric_hash() -> str:
    """Return a hash of the rubric: verdicts by another one are other verdicts."""
    return hashlib.sha256(rubric().encode()).hexdigest()[:16]


@cache
def _text() -> str:
    return RUBRIC.read_text("utf-8")


graph = (
    TypedStateGraph(State, input_schema=JudgeInput, output_schema=JudgeUpdate)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(judge_reply)
    .add_edge(START, "judge_reply")
    .add_edge("judge_reply", END)
    .compile(name="judge")
)
