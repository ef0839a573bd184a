"""Evaluate a draft against the numbered criteria, and say how the loop goes on; the best is kept, not the last."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import business, instructions, policies
from desk.records import Review
from state.context import Context
from state.evaluator_optimizer import EvaluateInput, EvaluateUpdate, Evaluation, Mark


async def evaluate(state: EvaluateInput, runtime: Runtime[Context]) -> EvaluateUpdate:
    """The judge's marks, and what they mean for the loop; the judge reads each policy found as a whole."""
    data: dict[str, Any] = {
        "message": state["message"],
        "policies": await policies(state["passages"], whole=True),
        "draft": state["draft"].model_dump(mode="json"),
        "criteria": [each.model_dump() for each in business().criteria],
    }
    said = await ask("judge", Evaluation, instructions(__file__), data)
    return weighed(state, marked(said), runtime.context.revisions)


def marked(said: Evaluation) -> list[Mark]:
    """One mark for each criterion: one that the judge left out, or marked both ways, is not met."""
    marks = []
    for number in (each.number for each in business().criteria):
        given = [mark for mark in said.marks if mark.number == number]
        missing = Mark(number=number, met=False, reason="the judge did not mark it")
        marks.append(min(given, key=lambda mark: mark.met, default=missing))
    return marks


def weighed(state: EvaluateInput, marks: list[Mark], cap: int) -> EvaluateUpdate:
    """What is kept and how it goes on: passed, revised, or to a person for want of improvement or of revisions."""
    unmet, revised = [mark for mark in marks if not mark.met], state.get("revised", 0)
    met, times = len(marks) - len(unmet), f"{revised} revision{'' if revised == 1 else 's'}"
    judged: EvaluateUpdate = {"evaluation": Evaluation(marks=marks), "best": state["draft"], "met": met, "unmet": unmet}
    if "best" in state and met <= state["met"]:
        judged |= {"best": state["best"], "met": state["met"], "unmet": state["unmet"]}
        return {**judged, "review": _below(f"no improvement after {times}", state["unmet"])}
    if not unmet:
        return {**judged, "finding": f"all {met} criteria are met after {times}"}
    if revised >= cap:
        return {**judged, "review": _below(f"the cap of {cap} revisions (revisions) was reached", unmet)}
    return judged


def _below(why: str, unmet: list[Mark]) -> Review:
    names = {each.number: each.name for each in business().criteria}
    told = "; ".join(f"{names[mark.number]}: {mark.reason}" for mark in unmet)
    return Review(verdict="escalate", reason=f"{why}; not met: {told}")
