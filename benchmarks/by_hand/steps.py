"""The steps of the chain that are written anew: those that ask a model, and those that read the run's context.

The gates, `reply` and `escalate` are plain functions of the state, so that both chains use the same; the prompts, the
records and the search of the policies are the same too.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from baton.redact import redact
from benchmarks.by_hand.model import Model
from benchmarks.by_hand.run import Run
from benchmarks.conformance.receiver import Filed, FileInput, send
from desk.business import instructions, knowledge, policies
from nodes import check_answer as check_answer_node
from nodes.check_answer import answer_data, check_without_asking, fault_of
from nodes.read_message import reading_of
from state.chaining import (
    Case,
    CaseReply,
    ExtractInput,
    ExtractUpdate,
    Facts,
    NormaliseInput,
    NormaliseUpdate,
    SummariseInput,
    SummariseUpdate,
)
from state.context import Context
from state.desk import (
    AnswerCheck,
    AnswerReview,
    AnswerUpdate,
    CheckAnswerInput,
    Draft,
    Inquiry,
    ReadInput,
    ReadUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
)

PROMPTS = Path(__file__).parents[2] / "nodes" / "chaining"
CONTEXT = Context.model_validate({})
DIGITS = 4


async def read_message(state: Inquiry) -> ReadUpdate:
    """Return the request of the message, what was set aside, and why it is urgent, if it is."""
    return await reading_of(state["message"])


async def classify(state: ReadInput) -> RouteUpdate:
    """Return the most probable route with its calibrated confidence, and whether that reaches the threshold."""
    shares = (await knowledge()).probabilities(state["request"])
    route = max(shares, key=lambda name: shares[name])
    confidence = round(shares[route], DIGITS)
    return {"route": route, "confidence": confidence, "sure": confidence >= CONTEXT.route_threshold}


async def extract(state: ExtractInput, model: Model) -> ExtractUpdate:
    """Ask a model for the facts and return them."""
    data = {"message": redact(" ".join(state["request"].split())), "complaint": state.get("complaint")}
    return {"facts": (await model.ask("cheap", Facts, _prompt("extract"), data)).facts}


async def normalise(state: NormaliseInput, model: Model) -> NormaliseUpdate:
    """Ask a model for the case that the facts make and return it."""
    data = {
        "facts": [fact.model_dump() for fact in state["facts"]],
        "today": datetime.now(UTC).date().isoformat(),
        "complaint": state.get("complaint"),
    }
    return {"case": await model.ask("cheap", Case, _prompt("normalise"), data)}


async def retrieve(state: RoutedInput) -> RetrieveUpdate:
    """Search the policies and return the ids of the passages, best first."""
    return {"passages": await (await knowledge()).search(state["request"], state["route"], CONTEXT.passages)}


async def summarise(state: SummariseInput, model: Model) -> SummariseUpdate:
    """Ask a model for summary and reply and return both."""
    data = {
        "case": state["case"].model_dump(mode="json"),
        "facts": [fact.model_dump() for fact in state["facts"]],
        "policies": await policies(state["passages"], whole=True),
        "complaint": state.get("complaint"),
    }
    answer = await model.ask("strong", CaseReply, _prompt("summarise"), data)
    draft = Draft(reply=answer.reply, citations=answer.citations, action=None)
    return {"summary": answer.summary, "facts_used": answer.facts_used, "draft": draft}


async def check_answer(state: CheckAnswerInput, model: Model) -> AnswerUpdate:
    """Ask a model whether each request is answered and return that, with the reply's fault, if any."""
    if check := check_without_asking(state):
        return {"answer": check}
    data = await answer_data(state["request"], [state["draft"]])
    review = await model.ask("judge", AnswerReview, instructions(check_answer_node.__file__), data)
    return {"answer": AnswerCheck(**review.model_dump(), fault=fault_of(review, CONTEXT.answer_threshold))}


async def file_case(state: FileInput, run: Run) -> Filed:
    """File the case once, and return the id that the receiver gave it."""
    args = {"summary": state["reply"]}
    return cast("Filed", await run.effect("file_case", args, lambda key: send(key, args)))


def _prompt(step: str) -> str:
    return instructions(str(PROMPTS / f"{step}.py"))
