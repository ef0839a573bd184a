"""The state of `orchestrator_worker`: its records, the input and update of each step, and the whole."""

import operator
from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.bounds import Few, Id, Many, Sentence
from desk.records import Finding, Review
from state.desk import (
    AnswerUpdate,
    Draft,
    DraftedInput,
    Inquiry,
    ReadUpdate,
    ResolutionUpdate,
    RetrieveUpdate,
    RoutedInput,
    RouteUpdate,
)
from state.gates import GateUpdate


class SubTask(Record):
    """One question for one worker; `needs` are the ids of the sub-tasks whose findings it builds on."""

    id: Id
    worker: Id
    question: Sentence
    needs: Few[Id]


class Plan(Record):
    """How a message is investigated."""

    subtasks: Many[SubTask]


class PlanInput(RoutedInput):
    """Read by `plan`: a routed inquiry; `complaint` is the fault that the gate found in the last plan."""

    complaint: NotRequired[str | None]


class PlanUpdate(TypedDict):
    """Written by `plan`."""

    plan: Plan


class InvestigateInput(RoutedInput):
    """Read by `investigate`: one sub-task, and the findings that it needs."""

    subtask: SubTask
    given: list[Finding]


class InvestigateUpdate(TypedDict):
    """Written by `investigate`: a list of one."""

    findings: list[Finding]


class CollectInput(RoutedInput, PlanUpdate):
    """Read by `collect`: the findings and failures of the sub-tasks so far, in any order."""

    findings: list[Finding]
    failures: list[Failure]


class GatePlanInput(CollectInput):
    """Read by `gate_plan` and by the router after it."""

    complaint: NotRequired[str | None]
    repaired: NotRequired[list[str]]
    review: NotRequired[Review]


class CollectUpdate(RetrieveUpdate):
    """Written by `collect`: the passages found, the sub-tasks without a finding, and a summary in words."""

    missing: list[str]
    finding: str


class SynthesiseInput(CollectInput, CollectUpdate):
    """Read by `synthesise`: an inquiry with all findings; `complaint` is the fault that the last gate found."""

    complaint: NotRequired[str | None]


class GateCoverageInput(SynthesiseInput, DraftedInput):
    """Read by `gate_coverage`: an investigation with its draft."""

    repaired: NotRequired[list[str]]


class GateCoverageUpdate(GateUpdate):
    """Written by `gate_coverage`; `best` is the draft, only where a person must look."""

    best: NotRequired[Draft]


class State(
    Inquiry,
    ReadUpdate,
    AnswerUpdate,
    RouteUpdate,
    ResolutionUpdate,
    PlanUpdate,
    CollectUpdate,
    GateCoverageUpdate,
    total=False,
):
    """The whole state of `orchestrator_worker`; each step reads and writes a part of it."""

    draft: Draft
    findings: Annotated[list[Finding], operator.add]
    failures: Annotated[list[Failure], operator.add]


def wave(state: CollectInput) -> list[InvestigateInput]:
    """Return an input for each sub-task that can be worked now: it is still open, and the findings it needs exist."""
    findings = {each.subtask: each for each in state["findings"]}
    finished_ids = {*findings, *(failed_subtask_id(each) for each in state["failures"])}
    return [
        InvestigateInput(
            message=state["message"],
            request=state["request"],
            customer_id=state["customer_id"],
            route=state["route"],
            confidence=state["confidence"],
            subtask=each,
            given=[findings[name] for name in each.needs],
        )
        for each in state["plan"].subtasks
        if each.id not in finished_ids and findings.keys() >= set(each.needs)
    ]


def failed_subtask_id(failure: Failure) -> str:
    """Return the id of the sub-task that failed."""
    return str(failure.request["subtask"]["id"])
