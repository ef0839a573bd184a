"""Corruptions: what a step may write when it goes wrong, by the keys of its update.

Each takes the value that the step wrote and returns a wrong one of the same shape, so that no boundary refuses it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from baton.errors import GateFailed
from desk.business import business
from desk.records import Finding, Review
from state.chaining import Case, Fact
from state.desk import AnswerCheck, Draft
from state.orchestrator_worker import Plan
from state.sectioning import SectionResult

PARKING = {"gate_facts", "gate_case", "gate_reply"}
"""The gates after whose one repair a run is parked; the others hand it to a person."""
WRONG = "it is wrong"
WRONG_REPLY = "Thank you for your message. It costs GBP 77.77 and takes 77 working days."
Update = dict[str, Any]


def corrupted(step: str, update: Update) -> Update:
    """Return a step's update with every key that matters made wrong; a gate or a check gives up on what is right.

    Raises:
        GateFailed: the step is a gate that parks what it gives up on.
    """
    if "complaint" in update and step in PARKING:
        raise GateFailed(step, WRONG)
    if "complaint" in update:
        return {**update, "complaint": f"{step} is wrong", "review": Review(verdict="escalate", reason=WRONG)}
    wrong = {key: CORRUPTIONS[key](value) for key, value in update.items() if key in CORRUPTIONS}
    if "outcome" in update:
        wrong["outcome"] = "answered" if update["outcome"] == "escalated" else "escalated"
    return {**update, **wrong}


def _route(route: str) -> str:
    return next(each for each in business().knowledge().routes if each != route)


def _facts(facts: list[Fact]) -> list[Fact]:
    return [Fact(kind="request", quote=facts[0].quote.split()[-1])] if facts else facts


def _case(case: Case) -> Case:
    return case.model_copy(
        update={"request": "something else", "amounts": ["77.77"], "dates": [], "names": [], "references": []}
    )


def _passages(passages: list[str]) -> list[str]:
    found = {each.partition(".")[0] for each in passages}
    other = next(each for each in sorted(business().knowledge().in_force()) if each not in found)
    return [f"{other}.1"] if passages else passages


def _draft(draft: Draft) -> Draft:
    other = next(each for each in sorted(business().knowledge().in_force()) if each not in draft.citations)
    return Draft(reply=WRONG_REPLY, citations=[other], action=None)


def _requests(requests: list[str]) -> list[str]:
    return [requests[0] + " And something else entirely?", "And quite another thing?"] if requests else requests


def _plan(plan: Plan) -> Plan:
    return plan.model_copy(update={"subtasks": plan.subtasks[:1]}) if len(plan.subtasks) > 1 else plan


def _findings(findings: list[Finding]) -> list[Finding]:
    return [each.model_copy(update={"rows": [], "evidence": [], "citations": []}) for each in findings]


def _sections(sections: list[SectionResult]) -> list[SectionResult]:
    return [each.model_copy(update={"draft": each.draft and _draft(each.draft)}) for each in sections]


CORRUPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "route": _route,
    "facts": _facts,
    "case": _case,
    "passages": _passages,
    "draft": _draft,
    "request": lambda _: "something else",
    "requests": _requests,
    "plan": _plan,
    "findings": _findings,
    "sections": _sections,
    "review": lambda _: Review(verdict="escalate", reason=WRONG),
    "answer": lambda _: AnswerCheck(open=[], confidence=0.0, fault=WRONG),
}
