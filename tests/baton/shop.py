"""A stranger's graphs: they pay, ask and talk, and know nothing of the desk. The receiver is a list that tells keys."""

import operator
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from langchain_core.messages import AnyMessage
from langgraph.graph import END, START, add_messages
from langgraph.types import Command, Send
from typing_extensions import TypedDict

from baton import Decision, TypedStateGraph, dead_letter, effect, open_resources, request_approval
from baton.runtime.resources import Resources
from baton.storage import summaries

Graph = Any
Built = Any
Args = dict[str, Any]
APPROVE: Args = {"decisions": [{"type": "approve"}]}
REJECT: Args = {"decisions": [{"type": "reject"}]}


def edit(args: Args, name: str = "pay") -> Args:
    """A reviewer's edit."""
    return {"decisions": [{"type": "edit", "edited_action": {"name": name, "args": args}}]}


@dataclass
class Receiver:
    """Takes payments in, each key once; `requests` are the keys as they came."""

    requests: list[str] = field(default_factory=list)
    acted: dict[str, Args] = field(default_factory=dict)

    def payment(self, payee: str, amount: str = "5.00") -> Callable[[str], Awaitable[Args]]:
        """What a step hands to `effect`."""

        async def send(key: str) -> Args:
            self.requests.append(key)
            return self.acted.setdefault(key, {"payee": payee, "amount": amount, "number": len(self.acted) + 1})

        return send

    @property
    def payees(self) -> list[str]:
        return [each["payee"] for each in self.acted.values()]


class Order(TypedDict, total=False):
    payees: list[str]
    payee: str
    at: int
    verdict: str
    receipts: Annotated[list[int], operator.add]
    messages: Annotated[list[AnyMessage], add_messages]
    note: str


def builder(**options: Any) -> Built:
    made: TypedStateGraph[Any, Any, Any, Any] = TypedStateGraph(Order, **options)
    return made.set_node_defaults(error_handler=dead_letter)


def line(*steps: Any, **options: Any) -> Built:
    """The steps one after the other."""
    made, before = builder(**options), START
    for step in steps:
        made.add_node(step)
        made.add_edge(before, step.__name__)
        before = step.__name__
    return made.add_edge(before, END)


def paying(receiver: Receiver, **options: Any) -> Any:
    """A step that pays its payee."""

    async def pay(state: Order) -> Order:
        args = {"payee": state["payee"], "amount": "5.00"}
        receipt = await effect("pay", args, receiver.payment(state["payee"]), **options)
        return {"receipts": [receipt["number"]]}

    return pay


def fan_out(receiver: Receiver) -> Built:
    """One worker for each payee."""

    async def plan(state: Order) -> Order:
        return {"note": f"{len(state['payees'])} payees"}

    async def join(state: Order) -> Order:
        return {"verdict": "done"}

    def spread(state: Order) -> list[Send]:
        return [Send("pay", {"payee": payee}) for payee in state["payees"]]

    made = builder().add_node(plan).add_node("pay", paying(receiver)).add_node(join, defer=True)
    made.add_edge(START, "plan").add_conditional_edges("plan", spread, ["pay"])
    return made.add_edge("pay", "join").add_edge("join", END)


def loop(receiver: Receiver) -> Built:
    """One round for each payee."""

    async def pay(state: Order) -> Order:
        at = state.get("at", 0)
        payee = state["payees"][at]
        receipt = await effect("pay", {"payee": payee, "amount": "5.00"}, receiver.payment(payee))
        return {"at": at + 1, "receipts": [receipt["number"]]}

    def again(state: Order) -> str:
        return "pay" if state["at"] < len(state["payees"]) else END

    return builder().add_node(pay).add_edge(START, "pay").add_conditional_edges("pay", again, ["pay", END])


async def same(args: Args) -> Args:
    """Any edit will do."""
    return args


async def asked(payee: str, **options: Any) -> Decision:
    return await request_approval("pay", {"payee": payee}, description=f"pay {payee}", **{"check": same, **options})


def approved(receiver: Receiver, **options: Any) -> Built:
    """Ask, then pay."""

    async def approve(state: Order) -> Order:
        return {"verdict": (await asked(state["payee"], **options)).type}

    return line(approve, paying(receiver))


@asynccontextmanager
async def shop(made: Built, **options: Any) -> AsyncIterator[tuple[Graph, Resources]]:
    """The graph with our checkpointer, and what it stands on."""
    async with open_resources() as resources:
        yield made.compile(checkpointer=resources.checkpointer, name="shop", **options), resources


def on(thread: str, **more: Any) -> Any:
    return {"configurable": {"thread_id": thread, **more}}


def answer(reply: Args) -> Command[Any]:
    return Command(resume=reply)


async def rows(resources: Resources, thread: str) -> list[tuple[int, str]]:
    """The runs of a thread: number and status."""
    listed = await resources.database.do(summaries.list_runs)
    return sorted((each["run"], each["status"]) for each in listed if each["thread_id"] == thread)


async def waiting(resources: Resources, thread: str, run: int = 1) -> list[str]:
    """The questions that are listed as open."""
    found = await resources.database.do(lambda tx: summaries.list_pending_approvals(tx, thread, run))
    return [each["action_requests"][0]["description"] for each in found]
