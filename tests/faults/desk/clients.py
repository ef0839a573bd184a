"""Clients of a thread that sees one run after another, each the stranger's order once more.

One queues and resumes by the runner; one calls the graph bare and, where a call was cut off, is refused at the second
and goes on without an input; one gives each call an id of its own and says the same again, as the Agent Server does.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from langgraph.types import Command

from baton.errors import AlreadyDecided, BadDecision, NotEnded, NothingWaiting
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, open_resources
from baton.storage import run_rows
from baton.storage.records import RunRow
from baton.storage.run_status import ENDED
from tests.faults.desk import stranger
from tests.faults.desk.builds import LATER_S
from tests.faults.desk.graphs import APPROVE, THREAD, answer_all, load
from tests.faults.inject.ticks import Ticks, install, kill, shift_steady

EARLIER = "SELECT interrupt_id, digest FROM approvals WHERE thread_id = ? AND run < ? AND step = ? ORDER BY created_at"
ASKED_FIRST = "loan"
CONFIG: Any = {"configurable": {"thread_id": THREAD}}
Told = dict[str, Any]


async def work_client(order: tuple[str, int], at: int | None = None, generation: int = 0) -> Told:
    """In a child: a client's n-th order on its thread, perhaps killed at a tick; its ticks and what the state tells."""
    shift_steady(generation * LATER_S)
    ticks, (way, run) = install(Ticks(at, kill)), order
    async with open_resources() as resources:
        await CLIENTS[way](resources, run)
        values = (await _graph(resources).aget_state(CONFIG)).values
    return {"ticks": ticks.total, "output": {name: values.get(name) for name in stranger.expected_output(run)}}


async def _by_runner(resources: Resources, run: int) -> None:
    runner = Runner(resources, load)
    last = await _last(resources)
    if last is None or last.run < run:
        await runner.queue(stranger.NAME, [Job(stranger.order(run), THREAD)], further=True)
    summary = await runner.resume(THREAD)
    if summary["status"] == "waiting" and (old := await _earlier(resources, run)):
        await _answer_of_before(runner, summary["waiting_for"][0]["interrupt_id"], *old)
    await answer_all(runner, await runner.resume(THREAD), APPROVE)


async def _answer_of_before(runner: Runner, question: str, old: str, digest: str) -> None:
    """Nothing that was meant for an earlier run counts."""
    for reply, asked in ((APPROVE, old), ({**APPROVE, "digest": digest}, question)):
        try:
            await runner.decide(THREAD, reply, interrupt_id=asked)
        except (AlreadyDecided, NothingWaiting, BadDecision):
            continue
        raise RuntimeError(f"{asked} took an answer of an earlier run")


async def _by_calls(resources: Resources, run: int, *, named: bool = False) -> None:
    graph, order, last = _graph(resources), stranger.order(run), await _last(resources)
    config = {**CONFIG, "metadata": {"run_id": f"order-{run}"}} if named else CONFIG
    if named or last is None or last.run < run:
        await graph.ainvoke(order, config)
    elif last.status not in ENDED:
        await _refusal(graph, order)
        await graph.ainvoke(None, config)
    await _reply(graph, config, run, await _earlier(resources, run))
    if named:
        await graph.ainvoke(order, config)


async def _refusal(graph: Any, order: Told) -> None:
    try:
        await graph.ainvoke(order, CONFIG)
    except NotEnded:
        return
    raise RuntimeError("an input began a run beside one that has not ended")


async def _reply(graph: Any, config: Any, run: int, old: tuple[str, str] | None) -> None:
    """Answer what waits, one by one or all at once; first of all as an earlier run was answered."""
    while asked := (await graph.aget_state(CONFIG)).interrupts:
        said = {each.id: stranger.answer(each.value, run) for each in asked[: 1 if run % 2 else None]}
        if old is not None:
            said, old = {old[0]: APPROVE, asked[0].id: {**APPROVE, "digest": old[1]}}, None
        await graph.ainvoke(Command(resume=said), config)


async def _last(resources: Resources) -> RunRow | None:
    """The thread's last run; None before the first."""
    return await resources.database.do(lambda tx: run_rows.find(tx, THREAD))


async def _earlier(resources: Resources, run: int) -> tuple[str, str] | None:
    """Id and digest of a question of an earlier run, which asked the same."""
    sql = (EARLIER, (THREAD, run, ASKED_FIRST))
    found = await resources.database.do(lambda tx: tx.execute(*sql).fetchone())
    return found and (str(found[0]), str(found[1]))


def _graph(resources: Resources) -> Any:
    return stranger.GRAPH.copy({"checkpointer": resources.checkpointer})


CLIENTS: Mapping[str, Callable[[Resources, int], Awaitable[None]]] = {
    "runner": _by_runner,
    "calls": _by_calls,
    "calls with an id": partial(_by_calls, named=True),
}
