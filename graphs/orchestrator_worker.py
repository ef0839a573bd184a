"""Orchestrator-worker: plan sub-tasks at run time, work them in waves, write one reply from what was found.

START -> read_message -> classify -> plan -> gate_plan --wave of sub-tasks--> investigate -> collect -> synthesise
                                      ^--once---|                               ^----next wave---|
synthesise -> gate_coverage -> check_answer -> reply -> END; once back to synthesise
not surely for this desk, no sound plan, no policy, a finding missing, no sound draft, a request open: -> escalate
Page: docs/patterns/orchestrator_worker.md
"""

from typing import Literal

from langgraph.graph import START
from langgraph.types import Send

from baton import MODEL_RETRY, STEP_TIMEOUT, TypedStateGraph, dead_letter, dead_letter_branch
from desk.records import OTHER
from graphs.parts.ending import add_ending
from nodes.classify import classify
from nodes.orchestrator_worker.collect import collect
from nodes.orchestrator_worker.gate_coverage import gate_coverage
from nodes.orchestrator_worker.gate_plan import gate_plan
from nodes.orchestrator_worker.investigate import investigate
from nodes.orchestrator_worker.plan import plan
from nodes.orchestrator_worker.synthesise import synthesise
from nodes.read_message import read_message
from state.context import Context
from state.desk import Inquiry, Resolution, TierInput
from state.orchestrator_worker import GateCoverageUpdate, GatePlanInput, State, SynthesiseInput, wave


def in_scope(state: TierInput) -> Literal["plan", "escalate"]:
    """What is not surely for this desk is not investigated."""
    return "plan" if state["sure"] and state["route"] != OTHER else "escalate"


def fan_out_plan(state: GatePlanInput) -> list[Send] | Literal["plan", "escalate"]:
    """The first sub-tasks; back for the one new plan; or to a person."""
    if "review" in state:
        return "escalate"
    return "plan" if state.get("complaint") else [Send("investigate", each) for each in wave(state)]


def fan_out_wave(state: SynthesiseInput) -> list[Send] | Literal["synthesise", "escalate"]:
    """The next sub-tasks; where there are none, on with what was found."""
    if orders := wave(state):
        return [Send("investigate", each) for each in orders]
    return "synthesise" if state["passages"] else "escalate"


def after_gate(state: GateCoverageUpdate) -> Literal["check_answer", "synthesise", "escalate"]:
    """On, back for the one repair, or to a person."""
    if "review" in state:
        return "escalate"
    return "check_answer" if state["complaint"] is None else "synthesise"


builder = (
    TypedStateGraph(State, Context, input_schema=Inquiry, output_schema=Resolution)
    .set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)
    .add_node(read_message)
    .add_node(classify)
    .add_node(plan)
    .add_node(gate_plan)
    .add_node(investigate, error_handler=dead_letter_branch("collect"))
    .add_node(collect, defer=True)
    .add_node(synthesise)
    .add_node(gate_coverage)
    .add_edge(START, "read_message")
    .add_edge("read_message", "classify")
    .add_conditional_edges("classify", in_scope)
    .add_edge("plan", "gate_plan")
    .add_conditional_edges("gate_plan", fan_out_plan, ["investigate", "plan", "escalate"])
    .add_edge("investigate", "collect")
    .add_conditional_edges("collect", fan_out_wave, ["investigate", "synthesise", "escalate"])
    .add_edge("synthesise", "gate_coverage")
    .add_conditional_edges("gate_coverage", after_gate)
)
add_ending(builder)

graph = builder.compile(name="orchestrator_worker")
