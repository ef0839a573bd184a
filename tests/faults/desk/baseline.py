"""The desk once more on plain LangGraph, as a good tutorial would build it: no row, no lease, no ledger, no budget.

The same router, policies, offline model and bank; LangGraph's own SQLite saver and its default durability.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, interrupt
from typing_extensions import TypedDict

from bank.clerk.approval_rules import needs_person
from bank.knowledge import knowledge
from bank.ledger.actions import parse_action
from bank.ledger.protocol import Bank, Refused
from bank.ledger.sqlite_bank import SqliteBank
from baton.models.data_blocks import data_block
from baton.models.models import LOCAL_URL
from baton.offline.transport import clients
from desk.business import instructions
from nodes import draft as drafting
from state.desk import draft_shape

FILE = "baseline.db"
Verdict = Literal["act", "ask_person", "reply"]


class State(TypedDict, total=False):
    """All that the plain desk keeps."""

    message: str
    customer_id: str
    route: str
    passages: list[str]
    reply: str
    action: dict[str, Any] | None
    verdict: Verdict
    outcome: str


async def ask_model(shape: Any, messages: list[tuple[str, str]]) -> Any:
    """The model's answer as one `shape`."""
    model = ChatOpenAI(model="desk", base_url=LOCAL_URL, api_key=lambda: "local", **clients("desk"))
    return await model.with_structured_output(shape, method="json_schema").ainvoke(messages)


class Steps:
    """The desk's steps over one bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def classify(self, state: State) -> State:
        """The most probable route."""
        return {"route": knowledge().guess(state["message"]).route}

    async def retrieve(self, state: State) -> State:
        """The policies that bear on it."""
        return {"passages": knowledge().index.search(state["message"], state["route"])}

    async def draft(self, state: State) -> State:
        """A reply, and at most one action."""
        chosen = knowledge().specialist(state["route"])
        customer = await _find_customer(self._bank, state["customer_id"])
        data = {**state, "policies": _texts(state["passages"]), "customer": customer, "actions": chosen.actions}
        messages = [("system", instructions(drafting.__file__)), ("user", data_block(data))]
        answer = await ask_model(draft_shape(chosen.actions), messages)
        return {"reply": answer.reply, "action": answer.action and answer.action.model_dump()}

    async def check(self, state: State) -> State:
        """Whether the bank would do it, and whether a person must agree."""
        if (proposed := state["action"]) is None:
            return {"verdict": "reply", "outcome": "answered"}
        action = _parse(proposed)
        try:
            await self._bank.check(state["customer_id"], action)
        except Refused as refused:
            return {"verdict": "reply", "outcome": "declined", "reply": str(refused)}
        return {"verdict": "ask_person" if needs_person(action) else "act"}

    async def ask_person(self, state: State) -> State:
        """The person's decision."""
        if interrupt({"action": state["action"]}) == "approve":
            return {"verdict": "act"}
        return {"verdict": "reply", "outcome": "declined", "reply": "Rejected."}

    async def act(self, state: State) -> State:
        """The bank does it; a fresh key for each request, as a payment library sends one."""
        try:
            await self._bank.perform(state["customer_id"], _parse(state["action"] or {}), key=uuid4().hex)
        except Refused as refused:
            return {"outcome": "declined", "reply": str(refused)}
        return {"outcome": "acted"}

    async def reply(self, state: State) -> State:
        """What the customer reads."""
        return {"reply": state["reply"].strip()}


def builder(bank: Bank) -> StateGraph[State, None, State, State]:
    """The desk's shape, without what the plumbing adds."""
    steps, made = Steps(bank), StateGraph(State)
    made.set_node_defaults(retry_policy=RetryPolicy())
    for node in (steps.classify, steps.retrieve, steps.draft, steps.check, steps.ask_person, steps.act, steps.reply):
        made.add_node(node.__name__, node)
    made.add_edge(START, "classify").add_edge("classify", "retrieve").add_edge("retrieve", "draft")
    made.add_edge("draft", "check").add_conditional_edges("check", verdict)
    made.add_conditional_edges("ask_person", verdict)
    return made.add_edge("act", "reply").add_edge("reply", END)


def verdict(state: State) -> Verdict:
    """How to go on."""
    return state["verdict"]


@asynccontextmanager
async def open_graph(home: Path) -> AsyncIterator[Any]:
    """The compiled graph over its saver and the bank of that home."""
    bank = await SqliteBank.open(home / "bank.db")
    try:
        async with AsyncSqliteSaver.from_conn_string(str(home / FILE)) as saver:
            yield builder(bank).compile(checkpointer=saver)
    finally:
        await bank.aclose()


async def live(
    home: Path, thread: str, inquiry: dict[str, Any], answer: str = "approve", *, durability: Any = None
) -> dict[str, Any]:
    """Start a run or go on with it, as far as it goes, with a person who answers; its state."""
    config = {"configurable": {"thread_id": thread}}
    async with open_graph(home) as graph:
        state = await graph.aget_state(config)
        given = None if state.created_at else inquiry
        if not state.interrupts:
            await graph.ainvoke(given, config, durability=durability)
        while (await graph.aget_state(config)).interrupts:
            await graph.ainvoke(Command(resume=answer), config, durability=durability)
        return dict((await graph.aget_state(config)).values)


async def wait_for_person(home: Path, thread: str, inquiry: dict[str, Any]) -> None:
    """Bring a run to where it waits."""
    async with open_graph(home) as graph:
        await graph.ainvoke(inquiry, {"configurable": {"thread_id": thread}})


async def decide(home: Path, thread: str, answer: str, ready: Any = None) -> dict[str, Any]:
    """Answer the waiting question; the state afterwards."""
    config = {"configurable": {"thread_id": thread}}
    async with open_graph(home) as graph:
        if ready is not None:
            await ready()
        await graph.ainvoke(Command(resume=answer), config)
        return dict((await graph.aget_state(config)).values)


def _parse(action: dict[str, Any]) -> Any:
    return parse_action(action["name"], {name: value for name, value in action.items() if name != "name"})


def _texts(passages: list[str]) -> list[dict[str, str]]:
    return [{"id": each.policy_id, "title": each.title, "text": each.text} for each in knowledge().passages(passages)]


async def _find_customer(bank: Bank, customer_id: str) -> dict[str, Any]:
    customer, cards, accounts, transactions = await asyncio.gather(
        bank.customer(customer_id), bank.cards(customer_id), bank.accounts(customer_id), bank.transactions(customer_id)
    )
    return {
        "name": customer.name,
        **{
            name: [each.model_dump() for each in owned]
            for name, owned in (("cards", cards), ("accounts", accounts), ("transactions", transactions))
        },
    }
