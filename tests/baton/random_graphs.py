"""Random graphs: builds what a plan describes, and the receiver that its effects go to, with a log of its own.

Each effect tells the receiver, beside its key, the place of the plan that it is asked for at. The place is no argument
of the effect, so two places with the same arguments are told apart by their keys alone.
"""

import asyncio
import operator
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

from langgraph.graph import END, START
from langgraph.types import RetryPolicy, Send
from typing_extensions import TypedDict

from baton import TypedStateGraph, dead_letter, dead_letter_branch, effect, request_approval
from baton.config.policies import transient
from baton.errors import BadAnswer, EffectMismatch, Transient
from baton.runs.graph_shapes import Graph
from baton.steps.dead_letters import Failure
from tests.baton.random_plans import (
    Around,
    At,
    Body,
    Fan,
    Inner,
    Loop,
    Pair,
    Part,
    Pay,
    Payment,
    Plan,
    When,
    answer_of,
    inside_of,
    is_idle,
    payment_of,
    place_of,
    sum_of,
)

RECEIVER, REFUSED, PASSED = "receiver.db", "refused", "passed"
ASKED = (
    "CREATE TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY, key TEXT, place TEXT, payee TEXT, amount INTEGER,"
    " acted INTEGER)"
)
STEP_TRIES = RetryPolicy(initial_interval=0.001, backoff_factor=1.0, max_attempts=4, jitter=False, retry_on=transient)
GRAPH_TRIES = STEP_TRIES._replace(max_attempts=40)
CUT: list[Callable[[], None]] = []
"""What a process does where it might be killed, around the receiver's work."""

Builder = TypedStateGraph[Any, Any, Any, Any]


class Given(TypedDict):
    """Where a step stands, and what somebody added to all amounts by an edit of the state."""

    at: dict[str, int]
    extra: int


class Moved(TypedDict):
    at: dict[str, int]


class Made(TypedDict):
    made: list[str]


class Sent(Made, total=False):
    at: dict[str, int]


class State(TypedDict, total=False):
    at: Annotated[dict[str, int], operator.or_]
    extra: int
    note: str
    made: Annotated[list[str], operator.add]
    failures: Annotated[list[Failure], operator.add]


def receive(key: str, payment: Payment) -> dict[str, Any]:
    """Take a payment in, as the other side does: once for each key, by its own log in its own file."""
    _cut()
    with closing(sqlite3.connect(RECEIVER, timeout=30, isolation_level=None)) as log:
        log.execute("PRAGMA synchronous=OFF")
        log.execute("BEGIN IMMEDIATE")
        log.execute(ASKED)
        acted = log.execute("SELECT 1 FROM asked WHERE key = ? AND acted", (key,)).fetchone() is None
        row = (key, payment.where, payment.payee, payment.amount, acted)
        log.execute("INSERT INTO asked (key, place, payee, amount, acted) VALUES (?, ?, ?, ?, ?)", row)
        log.execute("COMMIT")
    _cut()
    return {"paid": payment.amount}


def _cut() -> None:
    for each in CUT:
        each()


def log(folder: Path) -> list[tuple[str, Payment, bool]]:
    """What the receiver was asked for: key, payment, and whether it acted."""
    if not (folder / RECEIVER).exists():
        return []
    with closing(sqlite3.connect(folder / RECEIVER, timeout=30)) as found:
        rows = found.execute("SELECT key, place, payee, amount, acted FROM asked ORDER BY id").fetchall()
    return [(key, Payment(place, payee, amount), bool(acted)) for key, place, payee, amount, acted in rows]


def did(folder: Path = Path()) -> Counter[Payment]:
    """What the receiver did."""
    return Counter(payment for _, payment, acted in log(folder) if acted)


def graph(plan: Plan) -> Graph:
    """The graph of a plan."""
    return _graph(plan.body, ("run",), f"random-{plan.seed}", parks=True)


def _graph(body: Body, around: Around, name: str, *, parks: bool) -> Graph:
    made: Builder = TypedStateGraph(State, input_schema=Given, output_schema=Made)
    if parks:
        made.set_node_defaults(error_handler=dead_letter)
    _Wiring(made, retried=parks).chain(body, START, around, END)
    return made.compile(name=name)


class _Wiring:
    """Puts the parts of a plan into one graph."""

    def __init__(self, made: Builder, *, retried: bool) -> None:
        self._made, self._retried = made, retried

    def chain(self, body: Body, before: str, around: Around, after: str) -> None:
        """The parts one after the other."""
        for part in body:
            before = self._part(part, before, around)
        self._made.add_edge(before, after)

    def _part(self, part: Part, before: str, around: Around) -> str:
        """One part after a node; the node that it ends with."""
        match part:
            case Pay() | Inner():
                self._worker(part, around)
                self._made.add_edge(before, part.name)
                return part.name
            case Fan():
                return self._fan(part, before, around)
            case Loop():
                return self._loop(part, before, around)
            case Pair():
                for side in part.sides:
                    self._worker(side, around)
                    self._made.add_edge(before, side.name)
                self._made.add_node(part.name, _pass)
                self._made.add_edge([side.name for side in part.sides], part.name)
                return part.name

    def _worker(self, part: Pay | Inner, around: Around, *, sends: bool = False, **options: Any) -> None:
        """A node that pays, or that is a graph or calls one."""
        if isinstance(part, Pay):
            retried = part.fault == "transient" and (self._retried or "error_handler" in options)
            step: Any = paying(part, around, sends=sends)
            self._made.add_node(part.name, step, retry_policy=STEP_TRIES if retried else None, **options)
            return
        inside = _graph(part.body, inside_of(part, around), f"graph-{part.name}", parks=part.parks)
        node: Any = inside if part.how == "node" else calling(part, inside, around)
        self._made.add_node(part.name, node, retry_policy=GRAPH_TRIES, **{"input_schema": Given, **options})

    def _loop(self, loop: Loop, before: str, around: Around) -> str:
        """`name`, a body, `name-turn`, the next body, ..., `name-end`."""
        begin, turn, end = loop.name, f"{loop.name}-turn", f"{loop.name}-end"
        self._made.add_node(begin, _round(loop.name, first=True)).add_node(turn, _round(loop.name, first=False))
        self._made.add_edge(before, begin).add_node(end, _pass)
        starts = []
        for number, body in enumerate(loop.bodies):
            starts.append(f"{loop.name}-{number}")
            self._made.add_node(starts[-1], _pass)
            self.chain(body, starts[-1], (*around, loop.name), turn)
        for each in (begin, turn):
            self._made.add_conditional_edges(each, _turning(loop, starts, end), [*starts, end])
        return end

    def _fan(self, fan: Fan, before: str, around: Around) -> str:
        """`name` sends to the workers, those to `again`, and `name-join` comes when all are done."""
        join, inside = f"{fan.name}-join", (*around, fan.name)
        handler = {"error_handler": dead_letter_branch(join)} if fan.branches else {}
        self._made.add_node(fan.name, _pass).add_node(join, _pass, defer=True).add_edge(before, fan.name)
        for worker in fan.workers:
            self._worker(worker, inside, sends=fan.again is not None, input_schema=Given, **handler)
        names = [worker.name for worker in fan.workers]
        self._made.add_conditional_edges(fan.name, _spreading(fan), names)
        if fan.again:
            self._worker(fan.again, (*inside, fan.again.name), input_schema=Given)
            self._made.add_edge(fan.again.name, join)
        for name in names:
            if fan.again:
                self._made.add_conditional_edges(name, _spreading_again(fan.again), [fan.again.name])
            else:
                self._made.add_edge(name, join)
        return join


async def _pass(state: Given) -> None:
    """A step that only passes on."""


def _round(name: str, *, first: bool) -> Any:
    async def turn(state: Given) -> Moved:
        return {"at": {name: 1 if first else state["at"][name] + 1}}

    return turn


def _turning(loop: Loop, starts: list[str], end: str) -> Any:
    def on(state: Given) -> str:
        number = state["at"][loop.name]
        return starts[(number - 1) % len(starts)] if number <= loop.rounds else end

    return on


def _spreading(fan: Fan) -> Any:
    def spread(state: Given) -> list[Send]:
        there = [{"at": {**state["at"], fan.name: n}, "extra": state["extra"]} for n in range(len(fan.sends))]
        return [Send(fan.workers[kind].name, at) for kind, at in zip(fan.sends, there, strict=True)]

    return spread


def _spreading_again(pay: Pay) -> Any:
    def spread_again(state: Given) -> list[Send]:
        return [Send(pay.name, {"at": {**state["at"], pay.name: n}, "extra": state["extra"]}) for n in range(2)]

    return spread_again


def calling(inner: Inner, inside: Graph, around: Around) -> Any:
    """A step that calls a graph, and pays between its calls."""

    async def call(state: Given) -> Made:
        async def called(number: int) -> list[str]:
            found = await inside.ainvoke({"at": {**state["at"], inner.name: number}, "extra": state["extra"]})
            return list(found["made"]) if found else []  # where all branches failed, there is nothing

        if inner.how == "beside":
            made = [each for found in await asyncio.gather(called(0), called(1)) for each in found]
            return {"made": made + (await pay_all(inner.pay, around, state) if inner.pay else [])}
        made = await called(0)
        made += await pay_all(inner.pay, around, state) if inner.pay else []
        return {"made": made + (await called(1) if inner.how == "twice" else [])}

    return call


def paying(pay: Pay, around: Around, *, sends: bool) -> Any:
    """A step that pays; the router of one that `sends` sees of its place only what it writes."""

    async def step(state: Given) -> Sent:
        made = await pay_all(pay, around, state)
        return {"made": made, "at": state["at"]} if sends else {"made": made}

    return step


async def pay_all(pay: Pay, around: Around, state: Given) -> list[str]:
    """Everything that a step pays at a place; the places, in the receipts' words."""
    place, at = place_of(pay.name, around, state["at"]), state["at"]
    _fail(pay, "before", around, at)
    payments = {
        slot: payment_of(pay, slot, around, at) for slot in range(len(pay.amounts)) if not is_idle(pay, around, at)
    }
    amounts = {slot: each.amount + state["extra"] for slot, each in payments.items()}
    for slot in [slot for slot in payments if answer_of(pay, slot)]:
        amounts[slot] = await _agreed(pay, slot, amounts[slot])
    made = []
    for slot, amount in amounts.items():
        if amount:
            payment = Payment(f"{place} #{slot}", payments[slot].payee, amount)
            made.append(await _pay(pay, slot, payment, around, state))
    _fail(pay, "after", around, at)
    return made


async def _agreed(pay: Pay, slot: int, amount: int) -> int:
    """What a person makes of an amount; nothing where it is not to be paid. The action's name tells what to say."""

    async def check(args: dict[str, Any]) -> dict[str, Any]:
        return args

    said = answer_of(pay, slot)
    decision = await request_approval(
        f"pay_{said}", {"amount": amount}, description=pay.name, occurrence=str(slot), check=check
    )
    if said != decision.type:
        note(PASSED, f"{pay.name} was told {decision.type} instead of {said}")
    return int(decision.args["amount"]) if decision.type in ("approve", "edit") else 0


async def _pay(pay: Pay, slot: int, payment: Payment, around: Around, state: Given) -> str:
    """One effect. What an edit of the state changed must be refused, for all of it was done before."""

    def execute(key: str) -> dict[str, Any]:
        _fail(pay, "unsent", around, state["at"])
        receipt = receive(key, payment)
        _fail(pay, "unheard", around, state["at"])
        return receipt

    several, args = len(pay.amounts) > 1, {"payee": payment.payee, "amount": payment.amount}
    action = f"pay{slot}" if several and pay.by_action else "pay"
    occurrence = str(slot) if several and not pay.by_action else None
    try:
        receipt = await effect(action, args, execute, occurrence=occurrence)
    except EffectMismatch:
        note(REFUSED if state["extra"] else PASSED, f"{payment} was refused")
        raise
    if state["extra"] or receipt != {"paid": payment.amount}:
        note(PASSED, f"{payment} came to {receipt}")
    return payment.where


def _fail(pay: Pay, when: When, around: Around, at: At) -> None:
    """Fail where the plan says so: once or twice at each place, or until somebody mended it."""
    if pay.when != when or not (pay.everywhere or sum_of(around, at) % 2):
        return
    if pay.fault == "broken" and not Path(f"{pay.name}.mended").exists():
        raise BadAnswer(f"broken: {pay.name}.")
    if pay.fault == "transient":
        place = place_of(pay.name, around, at)
        for time in range(1 if pay.everywhere else 2):
            if first(f"{place} failed {time}"):
                raise Transient(f"{place} failed")


def first(name: str) -> bool:
    """Whether a note was not there; now it is."""
    try:
        Path(name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def note(name: str, line: str) -> None:
    """Add a line to a note that outlives the process."""
    with Path(name).open("a") as notes:
        notes.write(f"{line}\n")


def lines(name: str, folder: Path = Path()) -> list[str]:
    """The lines of a note."""
    return (folder / name).read_text().splitlines() if (folder / name).exists() else []
