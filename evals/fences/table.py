"""The fences: which graphs have each, and what stands in its place where it is taken away.

A fence is taken by replacing functions by name, where they are looked up at each call; the graphs stay as they are.
`nodes.check:privacy_fault` is the name `privacy_fault` as `nodes.check` sees it, and no other use of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from evals.fences import passing

ALL, NONE = "all fences", "no fence"
"""The cells that nothing, and everything but the schema, is taken from."""
UNCHANGED = "schema"
"""What stays where everything else is taken: without it the other cells' answers are not asked for again."""

Replacements = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence: in words, and for each graph that has it what is replaced; `context` are values of the run."""

    words: str
    graphs: Mapping[str, Replacements]
    context: Mapping[str, Any] = field(default_factory=dict)


CHAIN_GATES = tuple(f"nodes.chaining.{name}:gate_report" for name in ("gate_facts", "gate_case", "gate_reply"))
PERSON_GATES = (
    *(f"nodes.orchestrator_worker.{name}:gate_or_person" for name in ("gate_plan", "gate_coverage")),
    "nodes.sectioning.gate_sections:gate_or_person",
)
CHAIN_GROUNDING: Replacements = {
    "nodes.chaining.gate_reply:citation_fault": passing.no_fault,
    "nodes.chaining.gate_reply:claim_fault": passing.no_fault,
    "nodes.chaining.gate_reply:contents_fault": passing.no_fault_later,
    "nodes.chaining.gate_reply:_inventions": passing.no_faults,
}
CHECK_GROUNDING: Replacements = {
    "nodes.check:citation_fault": passing.no_fault,
    "nodes.check:invention_fault": passing.no_fault,
    "nodes.check:contents_fault": passing.no_fault_later,
}
DESK_GROUNDING: Replacements = {
    **CHAIN_GROUNDING,
    **CHECK_GROUNDING,
    "nodes.support_desk.check_policy:citation_fault": passing.no_fault,
    "nodes.support_desk.check_grounding:invention_fault": passing.no_fault,
    "nodes.support_desk.check_contents:contents_fault": passing.no_fault_later,
    "nodes.orchestrator_worker.gate_coverage:citation_fault": passing.no_fault,
    "nodes.orchestrator_worker.gate_coverage:_faults_of_content": passing.no_faults,
    "nodes.orchestrator_worker.gate_coverage:contents_fault": passing.no_fault_later,
}
CHECK: Replacements = {"nodes.check:_fault": passing.no_fault_later}
OPEN_CHAIN: Replacements = dict.fromkeys(CHAIN_GATES, passing.open_gate)
DESK_GATES: Replacements = {
    **DESK_GROUNDING,
    **CHECK,
    **OPEN_CHAIN,
    **dict.fromkeys(PERSON_GATES, passing.open_gate_to_person),
    "nodes.support_desk.check_personal_data:privacy_fault": passing.no_fault_later,
    "nodes.support_desk.check_tone:tone_fault": passing.no_fault,
}
ANSWER: Replacements = {
    "nodes.check_answer:ask": passing.answered,
    "nodes.check_answer:wish_fault": passing.no_fault,
}
ASKED_FOR: Replacements = {
    "nodes.support_desk.check_action:_doubts": passing.no_doubts,
    "nodes.support_desk.confirm_wish:ask": passing.confirmed,
}
WORDS: Replacements = {
    "baton.models.calls:response_format": passing.no_format,
    "baton.models.calls:said_schema": passing.said_in_words,
}
ONCE: Replacements = {"baton.models.asking:REPAIRS": 0, "baton.config.policies:retries_enabled": False}
CHAIN_ONCE: Replacements = {**ONCE, **dict.fromkeys(CHAIN_GATES, passing.gate_without_repair)}
EVALUATOR: Replacements = {"nodes.evaluate:ask": passing.met}

FENCES: Mapping[str, Fence] = {
    "gates": Fence(
        "everything that code checks of what a model wrote, between the steps and after the last",
        {
            "routing": CHECK,
            "voting": CHECK,
            "evaluator_optimizer": CHECK,
            "chaining": OPEN_CHAIN,
            "support_desk": DESK_GATES,
        },
    ),
    "grounding": Fence(
        "of the gates, those that ask for a source: what is cited was given; figures, claims and links stand in it",
        {
            "routing": CHECK_GROUNDING,
            "voting": CHECK_GROUNDING,
            "evaluator_optimizer": CHECK_GROUNDING,
            "chaining": CHAIN_GROUNDING,
            "support_desk": DESK_GROUNDING,
        },
    ),
    "check_answer": Fence(
        "the last question, to the judge: is all answered that was asked? and code that sees a wish left undone",
        dict.fromkeys(("routing", "voting", "evaluator_optimizer", "chaining", "support_desk"), ANSWER),
    ),
    "asked-for gate": Fence(
        "before an action: code, and then the judge, must find that the message asks for it",
        {"support_desk": ASKED_FOR},
    ),
    "approval": Fence(
        "a person who is asked before an action that the rules reserve, or that was doubted; without it, it is done",
        {"support_desk": {"nodes.support_desk.ask_person:request_approval": passing.approved}},
    ),
    "votes": Fence("several voters on a fraud; without them, one", {"voting": {}, "support_desk": {}}, {"voters": 1}),
    "evaluator": Fence(
        "the judge that marks a draft, and has it revised",
        {"evaluator_optimizer": EVALUATOR, "support_desk": EVALUATOR},
    ),
    "repair": Fence(
        "second attempts: an answer that does not fit is asked for again, a gate sends back once, a call is retried",
        {
            **dict.fromkeys(("single_call", "routing", "voting", "evaluator_optimizer"), ONCE),
            "chaining": CHAIN_ONCE,
            "support_desk": {**CHAIN_ONCE, **dict.fromkeys(PERSON_GATES, passing.person_without_repair)},
        },
    ),
    "schema": Fence(
        "the decoder held to the schema; without it the schema is said in words, and the answer is read as it comes",
        dict.fromkeys(("single_call", "routing", "voting", "evaluator_optimizer", "chaining", "support_desk"), WORDS),
    ),
}
"""All fences by name, in the order in which they are taken."""
NAMES = (ALL, *FENCES, NONE)
"""What a graph can be measured with; each only with what it has."""


def fences_of(graph: str) -> list[str]:
    """Return the names of the fences that a graph has."""
    return [name for name, fence in FENCES.items() if graph in fence.graphs]


def cells_of(graph: str) -> list[str]:
    """Return what a graph is measured with: all fences, each taken in turn, and, of several, none of them."""
    fences = fences_of(graph)
    several = len([each for each in fences if each != UNCHANGED]) > 1
    return [ALL, *fences, *([NONE] if several else [])]


def taken_in(cell: str, graph: str) -> list[Fence]:
    """Return the fences that a cell takes from a graph."""
    if cell == ALL:
        return []
    names = [each for each in fences_of(graph) if each != UNCHANGED] if cell == NONE else [cell]
    return [FENCES[each] for each in names]


@contextmanager
def taken(cell: str, graph: str) -> Iterator[dict[str, Any]]:
    """Take a cell's fences away for the length of a block, which gets the context that its runs need.

    Where two fences replace the same function, the one that stands first in the table counts: an open gate has nothing
    to send back.
    """
    fences = taken_in(cell, graph)
    replaced = {name: value for each in reversed(fences) for name, value in each.graphs[graph].items()}
    with ExitStack() as stack:
        for name, value in replaced.items():
            stack.enter_context(patch(name.replace(":", "."), value))
        yield {name: value for each in fences for name, value in each.context.items()}
