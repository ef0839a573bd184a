"""What stands in for a fence that was taken away: it lets everything pass, and asks no model.

Each takes what the function takes whose place it has.
"""

from collections.abc import Iterator
from typing import Any

from baton import Decision
from baton.models import dialects
from baton.steps import gates
from desk.business import business
from state.desk import AnswerReview
from state.evaluator_optimizer import Evaluation, Mark
from state.gates import GateUpdate, gate_or_person
from state.support_desk import Confirmation

said_as_it_is = dialects.said_schema
NOT_CHECKED = "not checked"


def no_fault(*_: Any, **__: Any) -> None:
    """Return no fault."""


async def no_fault_later(*_: Any, **__: Any) -> None:
    """Return no fault, in place of a function that waits for something."""


def no_faults(*_: Any, **__: Any) -> Iterator[str]:
    """Return no faults."""
    return iter(())


async def no_doubts(*_: Any, **__: Any) -> list[str]:
    """Return no doubts."""
    return []


def open_gate(gate: str, _fault: str | None, repaired: list[str]) -> gates.GateReport:
    """Return the report of a gate that lets a result pass, whatever its fault."""
    return gates.gate_report(gate, None, repaired)


def open_gate_to_person(gate: str, _fault: str | None, repaired: list[str]) -> GateUpdate:
    """Return the same of a gate that would hand over to a person."""
    return gate_or_person(gate, None, repaired)


def gate_without_repair(gate: str, fault: str | None, repaired: list[str]) -> gates.GateReport:
    """Return the report of a gate that sends nothing back.

    Raises:
        GateFailed: the result has a fault.
    """
    return gates.gate_report(gate, fault, [*repaired, gate])


def person_without_repair(gate: str, fault: str | None, repaired: list[str]) -> GateUpdate:
    """Return the same of a gate that hands over to a person."""
    return gate_or_person(gate, fault, [*repaired, gate])


async def answered(*_: Any) -> AnswerReview:
    """Return the review of an answer that nobody looked at: nothing is open."""
    return AnswerReview(open=[], confidence=1.0)


async def confirmed(_role: str, shape: type[Confirmation], *_: Any) -> Confirmation:
    """Return a confirmation of everything."""
    points = {name: "yes" for name in shape.model_fields if name != "reason"}
    return shape.model_validate({**points, "reason": NOT_CHECKED})


async def met(*_: Any) -> Evaluation:
    """Return marks that meet every criterion."""
    return Evaluation(marks=[Mark(number=each.number, met=True, reason=NOT_CHECKED) for each in business().criteria])


async def approved(_name: str, args: dict[str, Any], **_: Any) -> Decision:
    """Return the approval of an action that nobody was asked about."""
    return Decision(type="approve", args=args, message="")


def no_format(*_: Any, **__: Any) -> None:
    """Return no `response_format`: the answer is not constrained."""


def said_in_words(shape: Any, _form: dialects.Form, **options: Any) -> str:
    """Return the schema in words, whatever the form."""
    return said_as_it_is(shape, "words", **{**options, "said": True})
