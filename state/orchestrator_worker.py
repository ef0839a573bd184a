"""The state of `orchestrator_worker`."""

import operator
from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from baton.records import Record
from baton.steps.dead_letters import Failure
from desk.records import Finding, Review
from state.desk import Draft, DraftedInput, Inquiry, ResolutionUpdate, RetrieveUpdate, RoutedInput, RouteUpdate
from state.gates import GateUpdate


class SubTask(Record):
    """One question for one worker; `needs` are the ids of the sub-tasks whose findings it builds on."""

    id: str
    worker: str
    question: str
    needs: list[str]


class Plan(Record):
    """How a message is investigated."""

    subtasks: list[SubTask]


class PlanInput(RoutedInput):
    """A routed inquiry; `complaint` is what the gate said about the last plan."""

    complaint: NotRequired[str | None]


class PlanUpdate(TypedDict):
    """What planning writes."""

    plan: Plan


class InvestigateInput(RoutedInput):
    """What a worker is given: a sub-task, and the findings that it needs."""

    subtask: SubTask
    given: list[Finding]


class InvestigateUpdate(TypedDict):
    """What a worker writes: a list of one."""

    findings: list[Finding]


class CollectInput(RoutedInput, PlanUpdate):
    """What came of the sub-tasks so far: findings and failures, in any order."""

    findings: list[Finding]
    failures: list[Failure]


class GatePlanInput(CollectInput):
    """An inquiry with its plan, before or after its gate."""

    complaint: NotRequired[str | None]
    repaired: NotRequired[list[str]]
    review: NotRequired[Review]


class CollectUpdate(RetrieveUpdate):
    """The passages found, the sub-tasks without a finding, and all of it in words."""

    missing: list[str]
    finding: str


class SynthesiseInput(CollectInput, CollectUpdate):
    """An inquiry when its sub-tasks are through."""

    complaint: NotRequired[str | None]


class GateCoverageInput(SynthesiseInput, DraftedInput):
    """An investigation with a draft."""

    repaired: NotRequired[list[str]]


class GateCoverageUpdate(GateUpdate):
    """What the last gate writes; `best` is the draft where a person must look."""

    best: NotRequired[Draft]


class State(Inquiry, RouteUpdate, ResolutionUpdate, PlanUpdate, CollectUpdate, GateCoverageUpdate, total=False):
    """All that `orchestrator_worker` keeps; a step reads and writes a slice of it."""

    draft: Draft
    findings: Annotated[list[Finding], operator.add]
    failures: Annotated[list[Failure], operator.add]


def wave(state: CollectInput) -> list[InvestigateInput]:
    """The sub-tasks that can be worked next: neither found nor failed, and all that they need is found."""
    findings = {each.subtask: each for each in state["findings"]}
    over = {*findings, *(failed_id(each) for each in state["failures"])}
    return [
        InvestigateInput(
            message=state["message"],
            customer_id=state["customer_id"],
            route=state["route"],
            confidence=state["confidence"],
            subtask=each,
            given=[findings[name] for name in each.needs],
        )
        for each in state["plan"].subtasks
        if each.id not in over and findings.keys() >= set(each.needs)
    ]


def failed_id(failure: Failure) -> str:
    """Which sub-task failed."""
    return str(failure.request["subtask"]["id"])
