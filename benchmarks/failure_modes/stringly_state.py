"""Stringly state: one step writes `need_person`, another reads `needs_person`, and nobody notices."""

from decimal import Decimal
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from baton import TypedStateGraph, dead_letter
from benchmarks.failure_modes.offline import work

LIMIT = Decimal("25.00")
REFUND = {"amount": "180.00"}


class Asked(TypedDict):
    """The input."""

    amount: str


class Checked(TypedDict):
    """Written by `check`."""

    needs_person: bool


class Paid(TypedDict):
    """Written by `pay`."""

    done: str


class State(Asked, Checked, Paid, total=False):
    """The whole state."""


async def check(state: dict[str, Any]) -> dict[str, Any]:
    """Say whether a person must look; the key is misspelt."""
    return {"need_person": Decimal(state["amount"]) > LIMIT}


async def check_typed(state: Asked) -> Checked:
    """The same slip in a step that declares what it writes."""
    return {"need_person": Decimal(state["amount"]) > LIMIT}  # type: ignore[typeddict-item]


async def pay(state: Asked) -> Paid:
    """Pay."""
    return {"done": f"paid GBP {state['amount']}"}


def who(state: dict[str, Any]) -> Literal["person", "pay"]:
    """A person, where the check says so."""
    return "person" if state.get("needs_person") else "pay"


def who_typed(state: Checked) -> Literal["person", "pay"]:
    """A person, where the check says so."""
    return "person" if state["needs_person"] else "pay"


def build(builder: Any, checking: Any, router: Any) -> Any:
    """Return the graph of two steps."""
    builder.add_node("check", checking).add_node("pay", pay).add_edge(START, "check")
    builder.add_conditional_edges("check", router, {"person": END, "pay": "pay"})
    return builder.add_edge("pay", END).compile()


async def without() -> list[str]:
    """Ask for a refund above the limit on plain LangGraph, and return what was seen."""
    output = await build(StateGraph(State), check, who).ainvoke(REFUND)
    return [f"a refund of GBP {REFUND['amount']}, limit GBP {LIMIT}: {output['done']}, no person asked, no error"]


async def with_fence() -> list[str]:
    """Ask for it where the state is typed, and return what was seen."""
    builder = TypedStateGraph(State, input_schema=Asked).set_node_defaults(error_handler=dead_letter)
    worked = await work(build(builder, check_typed, who_typed), REFUND)
    [letter] = worked.letters
    paid = [each for each in worked.steps if each["step"] == "pay"]
    return [f"{worked.run['status']} at {letter.step}, {'paid' if paid else 'nothing paid'}", letter.error]
