"""Evaluate a draft against the numbered criteria, and decide how the loop goes on; it keeps the best draft."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import business, instructions, policies
from desk.records import Review
from state.context import Context
from state.evaluator_optimizer import EvaluateInput, EvaluateUpdate, Evaluation, Mark


async def evaluate(state: EvaluateInput, runtime: Runtime[Context]) -> EvaluateUpdate:
    """Ask a judge for marks and return them with the loop's next state; the judge reads whole policies."""
    data: dict[str, Any] = {
        "criteria": [each.model_dump() for each in business().criteria],
        "policies": await policies(state["passages"], whole=True),
        "message": state["request"],
        "draft": state["draft"].model_dump(mode="json"),
    }
    allow = {"number": [each["number"] for each in data["criteria"]]}
    evaluation = await ask("judge", Evaluation, instructions(__file__), data, allow=allow)
    return loop_update(state, complete_marks(evaluation), runtime.context.revisions)


def complete_marks(evaluation: Evaluation) -> list[Mark]:
    """Return one mark for each criterion; a criterion that the judge left out, or marked both ways, is not met."""
    marks = []
    for number in (each.number for each in business().criteria):
        own_marks = [mark for mark in evaluation.marks if mark.number == number]
        missing = Mark(number=number, met=False, reason="the judge did not mark it")
        marks.append(min(own_marks, key=lambda mark: mark.met, default=missing))
    return marks


def loop_update(state: EvaluateInput, marks: list[Mark], cap: int) -> EvaluateUpdate:
    """Return the best draft with its marks; a `review` ends the loop without improvement or at the cap of revisions."""
    unmet, revisions = [mark for mark in marks if not mark.met], state.get("revised", 0)
    met, times = len(marks) - len(unmet), f"{revisions} revision{'' if revisions == 1 else 's'}"
    update: EvaluateUpdate = {"evaluation": Evaluation(marks=marks), "best": state["draft"], "met": met, "unmet": unmet}
    if "best" in state and met <= state["met"]:
        update |= {"best": state["best"], "met": state["met"], "unmet": state["unmet"]}
        return {**update, "review": _below(f"no improvement after {times}", state["unmet"])}
    if not unmet:
        return {**update, "finding": f"all {met} criteria are met after {times}"}
    if revisions >= cap:
        return {**update, "review": _below(f"the cap of {cap} revisions (revisions) was reached", unmet)}
    return update


def _below(why: str, unmet: list[Mark]) -> Review:
    """Return the review that hands a draft below the bar to a person, with the unmet criteria by name."""
    names = {each.number: each.name for each in business().criteria}
    details = "; ".join(f"{names[mark.number]}: {mark.reason}" for mark in unmet)
    return Review(verdict="escalate", reason=f"{why}; not met: {details}")
