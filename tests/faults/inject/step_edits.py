"""Edits of what a step does, which the shape of its graph does not show."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from langgraph._internal._runnable import RunnableCallable
from langgraph.types import interrupt
from pydantic import Field

from bank.clerk.desk import desk_bank, the_bank
from bank.ledger.actions import parse_action
from baton import request_approval
from baton.config.settings import settings
from nodes.support_desk.act import act
from state.desk import Draft
from state.support_desk import ActInput, ActUpdate
from tests.faults.inject.edits import Edit


async def _without_question(args: dict[str, Any]) -> dict[str, Any]:
    return args


async def _wipe() -> None:
    """What nobody was asked about before, and nobody said yes to: it shows in the bank's log."""
    await (await the_bank()).perform("C010", parse_action("freeze_card", {"card_id": "K0013"}), key="unasked")


async def _plainly_wipe() -> None:
    async with desk_bank(settings()) as bank:
        await bank.perform("C010", parse_action("freeze_card", {"card_id": "K0013"}), key="unasked")


def another_question(builder: Any, node: str) -> None:
    """The node asks something else first; the answer that comes was given to its old question."""

    async def asks(state: Any) -> Any:
        if (
            await request_approval("wipe", {"card_id": "K0013"}, description="wipe it", check=_without_question)
        ).type == "approve":
            await _wipe()
        return await inner(state)

    inner = _instead(builder, node, asks)


def plainly_another_question(builder: Any, node: str) -> None:
    """As `another_question`, of the baseline."""

    async def asks(state: Any) -> Any:
        if interrupt({"action": "wipe"}) == "approve":
            await _plainly_wipe()
        return await inner(state)

    inner = _instead(builder, node, asks)


class Required(Draft):
    """A draft with a field that no stored one has."""

    second_reader: str


class Tightened(Draft):
    """A draft with a rule that stored ones break."""

    reply: str = Field(max_length=10)


class Defaulted(Draft):
    """A draft with a new field that needs no value."""

    tone: str = "plain"


def _read_other_shape(shape: type[Draft]) -> Edit:
    """The step that acts reads another shape of the draft."""

    class Reads(ActInput):
        draft: shape  # type: ignore[valid-type]

    async def act_(state: Reads) -> ActUpdate:
        known = {name: getattr(state["draft"], name) for name in Draft.model_fields}
        return await act({**state, "draft": Draft(**known)})

    def edit(builder: Any, node: str) -> None:
        fresh = type(builder)(builder.state_schema, builder.context_schema)
        act_.__name__ = "act"
        act_.__annotations__ = {"state": Reads, "return": ActUpdate}
        fresh.add_node("act", act_)
        builder.nodes["act"] = replace(builder.nodes["act"], runnable=fresh.nodes["act"].runnable)

    return edit


STEPS: Mapping[str, Edit] = {
    "another question before the question": another_question,
    "required field added": _read_other_shape(Required),
    "type tightened": _read_other_shape(Tightened),
    "field with a default added": _read_other_shape(Defaulted),
}
PLAIN_STEPS: Mapping[str, Edit] = {"another question before the question": plainly_another_question}


def _instead(builder: Any, node: str, function: Any) -> Any:
    """Put a function in the place of a node's own, which is returned."""
    spec = builder.nodes[node]
    builder.nodes[node] = replace(spec, runnable=RunnableCallable(None, function, name=node))
    return spec.runnable.afunc
