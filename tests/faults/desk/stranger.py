"""A stranger's graph: it knows no bank, pays and asks in every shape that a graph can have, and talks.

    plan -> wage, one `Send` for each payee, some of them equal
         -> loan, one `Send` for each borrower: it asks a person, then pays
    then, round after round: instalment -> office, whose branch is a graph, whose counter is a graph that pays a fee
    then: left and right, two questions side by side -> settle, two payments of one step -> tell -> look

What an order must come to is said here by its description, and never read off a run.
"""

import json
import operator
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage
from langgraph.graph import END, START, add_messages
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import TypedStateGraph, dead_letter, effect, request_approval
from baton.config.home import home
from baton.errors import BadDecision
from baton.runs.graph_shapes import Graph
from tests.faults.desk.receiver import FILE, Receiver

NAME = "stranger"
PAYEES, BORROWERS, ROUNDS = ("Ann", "Ann", "Bob"), ("Ann", "Ann", "Bob"), 3
WAGE, LOAN, INSTALMENT, FEE, SIDE = 10, 30, 7, 1, 40
ASKING = ("loan", "left", "right")
SIDES = ("left", "right")
SAID: Sequence[Mapping[str, str | int]] = (
    {"Ann": "approve", "Bob": 15, "left": "approve", "right": "reject"},
    {"Ann": "reject", "Bob": "approve", "left": "reject", "right": 35},
    {"Ann": 25, "Bob": "reject", "left": 20, "right": "approve"},
)
"""What the person says in each run of a thread, who is asked the same in all of them; a number is an edit."""

Args = dict[str, Any]


class Due(TypedDict):
    """What a worker is told."""

    payee: str


class Rounds(TypedDict):
    """What the graphs inside are told."""

    rounds: int


class Paid(TypedDict, total=False):
    """What a step that pays writes."""

    paid: Annotated[list[str], operator.add]


class Done(TypedDict, total=False):
    """What a client reads: what was there at the start, what was paid, the conversation, how many orders there were."""

    found: list[str]
    lines: list[str]
    told: list[str]
    orders: int


class State(Paid, Done, total=False):
    """The order, and what comes of it."""

    payees: list[str]
    borrowers: list[str]
    rounds: int
    messages: Annotated[list[AnyMessage], add_messages]
    round: int
    agreed: Annotated[list[Args], operator.add]


async def plan(state: State) -> State:
    """Note what is there at the start, and that an order came."""
    return {"found": sorted(name for name, value in state.items() if value), "orders": state.get("orders", 0) + 1}


async def wage(state: Due) -> Paid:
    return await _pay("wage", {"payee": state["payee"], "amount": WAGE})


async def loan(state: Due) -> Paid:
    """A question inside a `Send`; two of them may be the same."""
    agreed = await _ask("loan", {"payee": state["payee"], "amount": LOAN})
    return await _pay("loan", agreed) if agreed else {"paid": []}


async def instalment(state: State) -> State:
    """The same payment in each round."""
    paid = await _pay("instalment", {"payee": "Eve", "amount": INSTALMENT})
    return {"paid": paid["paid"], "round": state.get("round", 0) + 1}


async def fee(state: Rounds) -> Paid:
    """The innermost of three graphs."""
    return await _pay("fee", {"payee": "Zoe", "amount": FEE})


async def left(state: State) -> State:
    return {"agreed": [agreed] if (agreed := await _ask("left", {"payee": "left", "amount": SIDE})) else []}


async def right(state: State) -> State:
    return {"agreed": [agreed] if (agreed := await _ask("right", {"payee": "right", "amount": SIDE})) else []}


async def settle(state: State) -> Paid:
    """Several payments by one step."""
    paid = [await _pay("settle", agreed, occurrence=agreed["payee"]) for agreed in state.get("agreed", [])]
    return {"paid": [line for each in paid for line in each["paid"]]}


async def tell(state: State) -> State:
    return {"messages": [AIMessage(f"{len(state['paid'])} paid")]}


async def look(state: State) -> State:
    """What a client sees of the state."""
    told = [f"{message.type}: {message.text}" for message in state["messages"]]
    return {"lines": sorted(state["paid"]), "told": told}


def fan_out_payments(state: State) -> list[Send]:
    workers = {"wage": state["payees"], "loan": state["borrowers"]}
    return [Send(worker, {"payee": payee}) for worker, payees in workers.items() for payee in payees]


def after_round(state: State) -> list[str]:
    return ["instalment"] if state["round"] < state["rounds"] else [*SIDES]


async def _pay(action: str, args: Args, *, occurrence: str | None = None) -> Paid:
    receiver = Receiver(home() / FILE)

    async def send(key: str) -> Args:
        return await receiver.take(key, action, args)

    receipt = await effect(action, args, send, occurrence=occurrence)
    return {"paid": [_line(action, receipt["args"])]}


async def _ask(name: str, args: Args) -> Args | None:
    """The arguments that a person agreed to; None where none did."""
    decision = await request_approval(name, args, description=f"{name} of {args['amount']}", check=_smaller)
    return decision.args if decision.type in ("approve", "edit") else None


async def _smaller(args: Args) -> Args:
    if not (isinstance(args.get("amount"), int) and 0 < args["amount"] <= SIDE):
        raise BadDecision(f"an amount is 1 to {SIDE}")
    return args


def _nest() -> Graph:
    """A graph that is a step of a graph that is a step of the stranger's."""
    inner: Any = TypedStateGraph(State, input_schema=Rounds, output_schema=Paid)
    counter = (
        inner.set_node_defaults(error_handler=dead_letter).add_node(fee).add_edge(START, "fee").add_edge("fee", END)
    )
    outer: Any = TypedStateGraph(State, input_schema=Rounds, output_schema=Paid)
    outer.add_node("branch", counter.compile(name="branch")).add_edge(START, "branch").add_edge("branch", END)
    office: Graph = outer.compile(name="office")
    return office


def _graph() -> Graph:
    made: Any = TypedStateGraph(State, output_schema=Done, keeps=("orders",))
    made.set_node_defaults(error_handler=dead_letter).add_node("office", _nest())
    for node in (plan, wage, loan, instalment, left, right, settle, tell, look):
        made.add_node(node)
    made.add_edge(START, "plan").add_conditional_edges("plan", fan_out_payments, ["wage", "loan"])
    made.add_edge("wage", "instalment").add_edge("loan", "instalment").add_edge("instalment", "office")
    made.add_conditional_edges("office", after_round, ["instalment", *SIDES])
    made.add_edge([*SIDES], "settle").add_edge("settle", "tell").add_edge("tell", "look").add_edge("look", END)
    compiled: Graph = made.compile(name=NAME)
    return compiled


GRAPH = _graph()


def order(run: int = 1) -> Args:
    """What a client asks for; the same in every run, but for what it says."""
    said = {"type": "human", "content": f"order {run}"}
    return {"payees": [*PAYEES], "borrowers": [*BORROWERS], "rounds": ROUNDS, "messages": [said]}


def answer(question: Mapping[str, Any], run: int = 1) -> Args | None:
    """What the person says to a question of a run; None to one that is not the stranger's."""
    [asked] = question["action_requests"]
    if asked["name"] not in ASKING:
        return None
    said = SAID[run - 1][asked["args"]["payee"]]
    decision: Args = {"type": said}
    if isinstance(said, int):
        decision = {"type": "edit", "edited_action": {"name": asked["name"], "args": {"amount": said}}}
    seen = {"digest": question["digest"]} if "digest" in question else {}
    return {"decisions": [decision], **seen}


def payments_due(run: int = 1) -> list[tuple[str, str]]:
    """The payments that a run must make, each once: action and arguments."""
    due = [("wage", payee, WAGE) for payee in PAYEES]
    due += [("loan", payee, amount) for payee in BORROWERS if (amount := _approved_args(payee, LOAN, run))]
    due += [("instalment", "Eve", INSTALMENT), ("fee", "Zoe", FEE)] * ROUNDS
    due += [("settle", side, amount) for side in SIDES if (amount := _approved_args(side, SIDE, run))]
    return [(action, json.dumps({"amount": amount, "payee": payee})) for action, payee, amount in due]


def expected_output(run: int = 1, paid: Sequence[tuple[str, str]] | None = None) -> Args:
    """What a run must tell, if it `paid` what it owes or something else: of itself only, but of all that was said."""
    done = payments_due(run) if paid is None else paid
    lines = sorted(_line(action, json.loads(args)) for action, args in done)
    counts = [*(len(payments_due(each)) for each in range(1, run)), len(done)]
    told = [(f"human: order {each}", f"ai: {count} paid") for each, count in enumerate(counts, 1)]
    found = ["borrowers", "messages", *(["orders"] if run > 1 else []), "payees", "rounds"]
    return {"found": found, "lines": lines, "told": [line for pair in told for line in pair], "orders": run}


def payments_of(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The payments that an output tells of, as a receiver logs them."""
    each = [line.split() for line in told.get("lines", [])]
    return [(action, json.dumps({"amount": int(amount), "payee": payee})) for action, payee, amount in each]


def _approved_args(payee: str, amount: int, run: int) -> int:
    said = SAID[run - 1][payee]
    return said if isinstance(said, int) else amount * (said == "approve")


def _line(action: str, args: Args) -> str:
    return f"{action} {args['payee']} {args['amount']}"
