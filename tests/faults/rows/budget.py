"""Row 16: many branches that spend from one budget at once, and a budget across kills, resumes and a replay."""

import json
import operator
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Annotated, Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from baton import TypedStateGraph, ask, dead_letter
from baton.config.home import home
from baton.models.data_blocks import data_block
from baton.offline.endpoint import Endpoint
from baton.runs.graph_shapes import Graph
from baton.runs.runner import Job, Runner
from baton.runtime.resources import open_resources
from baton.storage import run_rows
from state.desk import RouteChoice
from tests.faults.desk import baseline
from tests.faults.desk.builds import LATER_S, run_to_end
from tests.faults.desk.graphs import MESSAGES, THREAD
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady
from tests.faults.suite.children import KILLED, apart
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

BRANCHES = (10, 100)
CAPS = (3_000, 12_000)
PLENTY = 1_000_000
KILLS = 3
RUNS = 3
ASKED = {"message": MESSAGES["question"]["message"], "routes": {"cards": "Cards.", "fees": "Fees."}}
TELL = "Choose the route of the message."
BILL = "bill.txt"


class Branch(TypedDict):
    """One branch's share of the work; `spent` is what the plain desk believes to have spent."""

    number: int
    spent: int


class State(TypedDict, total=False):
    """How many branches there are, and what they found."""

    branches: int
    found: Annotated[list[str], operator.add]
    spent: Annotated[int, operator.add]


class Given(TypedDict):
    """The input."""

    branches: int


class Found(TypedDict):
    """What a branch writes."""

    found: list[str]


@row(
    16,
    "branches that spend one budget at once, across kills; a replay with more; three runs of one thread",
    plain_must_fail=True,
)
def budgets(seed: int) -> Iterator[Trial]:
    """Every width with every cap; killed at ticks that the seed draws, twice."""
    chance = Random(seed)
    for branches in BRANCHES:
        for cap in CAPS:
            for kills in [(), *((chance.randint(8, 40), chance.randint(4, 30)) for _ in range(KILLS))]:
                name = f"{branches} branches, {cap} tokens, killed at {kills}"
                yield Trial(name, "baton", partial(_check_spent, branches, cap, kills))
            yield Trial(f"{branches} branches, {cap} tokens", "plain", partial(_plainly_spent, branches, cap))
    for cap in CAPS:
        killed: list[list[tuple[int, ...]]] = [[(chance.randint(8, 40),) for _ in range(RUNS)] for _ in range(KILLS)]
        none: list[tuple[int, ...]] = [()] * RUNS
        for drawn in (none, *killed):
            name = f"{RUNS} runs of one thread, {cap} tokens each, killed at {drawn}"
            yield Trial(name, "baton", partial(_check_in_turn, cap, drawn))


def log_bill() -> None:
    """In a child: the endpoint writes down what it served, before it answers."""
    inner = Endpoint.reply

    def reply(self: Endpoint, *args: Any) -> Any:
        answer = inner(self, *args)
        with Path(BILL).open("a") as bill:
            bill.write(f"{json.loads(answer[2]).get('usage', {}).get('total_tokens', 0)}\n")
        return answer

    setattr(Endpoint, "reply", reply)  # noqa: B010 - a type checker holds a method for fixed


def fan_out(state: State) -> list[Send]:
    """One branch for each number."""
    return [Send("branch", {"number": n, "spent": state.get("spent", 0)}) for n in range(state["branches"])]


async def branch(state: Branch) -> Found:
    """One paid call."""
    choice = await ask("cheap", RouteChoice, TELL, {**ASKED, "router_says": str(state["number"])})
    return {"found": [choice.route]}


def graph() -> Graph:
    """A fan-out whose branches all ask the model."""
    made: Any = TypedStateGraph(State, input_schema=Given, output_schema=Found)
    made.set_node_defaults(error_handler=dead_letter).add_node(branch).add_conditional_edges(START, fan_out, ["branch"])
    compiled: Graph = made.add_edge("branch", END).compile(name="wide")
    return compiled


async def _spend(branches: int, cap: int, run: int, at: int | None, generation: int) -> str:
    """In a child: a client's n-th run of a thread, perhaps killed at a tick; its status."""
    shift_steady(generation * LATER_S)
    log_bill()
    install(Ticks(at, kill))
    async with open_resources() as resources:
        runner = Runner(resources, {"wide": graph()}.__getitem__)
        last = await resources.database.do(lambda tx: run_rows.find(tx, THREAD))
        if last is None or last.run < run:
            await runner.queue("wide", [Job({"branches": branches}, THREAD)], budget_tokens=cap, further=True)
        return str((await runner.resume(THREAD))["status"])


async def _give_more() -> str:
    async with open_resources() as resources:
        runner = Runner(resources, {"wide": graph()}.__getitem__)
        summary = await runner.summary(THREAD)
        for letter in summary["dead_letters"]:
            summary = await runner.replay(letter, budget_tokens=PLENTY)
        return str(summary["status"])


def _check_spent(branches: int, cap: int, kills: tuple[int, ...], folder: Path) -> Outcome:
    made = furnish(folder)
    ended = [apart(folder, _spend, branches, cap, 1, at, generation) for generation, at in enumerate(kills)]
    last, outcome = run_to_end(folder, _spend, branches, cap, 1, None, len(kills))
    [held] = _reserved_by_run(made)
    bill, over = _bill(folder), held > cap or _bill(folder) > cap
    outcome += Outcome(sum(each.code == KILLED for each in ended), silent=int(over))
    replayed = apart(folder, _give_more).told if branches == min(BRANCHES) else "done"  # a letter for each branch
    fine = last.told in ("done", "dead_lettered") and replayed == "done"
    note = "" if fine and not over else f"billed {bill}, held {held} of {cap}, {last.told}, replayed {replayed}"
    return outcome + Outcome(lost=int(not fine), note=note)


def _check_in_turn(cap: int, drawn: list[tuple[int, ...]], folder: Path) -> Outcome:
    """Each run has the whole budget and no more, whatever the runs before it spent."""
    made, outcome, bills = furnish(folder), Outcome(), list[int]()
    for run, kills in enumerate(drawn, 1):
        ended = [apart(folder, _spend, BRANCHES[0], cap, run, at, generation) for generation, at in enumerate(kills)]
        last, alone = run_to_end(folder, _spend, BRANCHES[0], cap, run, None, len(kills))
        strange = last.told not in ("done", "dead_lettered")
        outcome += alone + Outcome(sum(each.code == KILLED for each in ended), lost=int(strange))
        bills.append(_bill(folder) - sum(bills))
    starved = not any(drawn) and (len({*bills}) > 1 or not bills[0])
    wrong = starved or max([*bills, *_reserved_by_run(made)]) > cap
    return outcome + Outcome(
        silent=int(wrong), note=f"billed {bills}, held {_reserved_by_run(made)} of {cap}" if wrong else ""
    )


def _reserved_by_run(home: Path) -> list[int]:
    """What counts against the budget of each run."""
    with closing(sqlite3.connect(home / "baton.db")) as database:
        rows = database.execute("SELECT spent_tokens + reserved_tokens FROM runs ORDER BY run").fetchall()
    return [int(held) for (held,) in rows]


def _bill(folder: Path) -> int:
    return sum(map(int, (folder / BILL).read_text().split())) if (folder / BILL).exists() else 0


async def _plainly_spending(branches: int, cap: int) -> None:
    log_bill()

    async def plain_branch(state: Branch) -> State:
        """Looks at what was spent before it spends, as is the custom."""
        if state["spent"] >= cap:
            return {"found": []}
        asked = {**ASKED, "router_says": str(state["number"])}
        choice = await baseline.ask_model(RouteChoice, [("system", TELL), ("user", data_block(asked))])
        return {"found": [choice.route], "spent": cap // 5}

    made: Any = StateGraph(State)
    made.add_node("branch", plain_branch).add_conditional_edges(START, fan_out, ["branch"]).add_edge("branch", END)
    async with AsyncSqliteSaver.from_conn_string(str(home() / baseline.FILE)) as saver:
        compiled = made.compile(checkpointer=saver)
        await compiled.ainvoke({"branches": branches, "spent": 0}, {"configurable": {"thread_id": THREAD}})


def _plainly_spent(branches: int, cap: int, folder: Path) -> Outcome:
    furnish(folder)
    apart(folder, _plainly_spending, branches, cap)
    bill = _bill(folder)
    return Outcome(silent=int(bill > cap), note=f"billed {bill} of {cap}")
