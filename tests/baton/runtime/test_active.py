"""The run that is being worked, as its nodes see it."""

import pytest
from langgraph.graph import END

from baton import Job
from baton._langgraph import step_path
from baton.errors import BatonError, LeaseLost, UnknownThread
from baton.runtime.active import ActiveRun, active_run, current_step
from baton.runtime.spans import StepRef
from baton.storage.claims import claim, new_owner
from baton.storage.run_rows import get
from tests.baton.payments import Order, Paid, builder, chain, desk, queued


def test_outside_a_node_there_is_no_run() -> None:
    with pytest.raises(BatonError, match="only inside a node"):
        active_run()


@pytest.mark.parametrize(
    "namespace, path",
    [("draft:9a8b", "draft"), ("desk:1f2e|draft:9a8b", "desk/draft"), ("a:1|b:2|c:3", "a/b/c"), ("", "")],
)
def test_a_step_is_the_path_of_node_names_without_task_ids(namespace: str, path: str) -> None:
    assert step_path(namespace) == path


async def test_a_node_knows_its_run_its_step_and_its_attempt_also_inside_a_subgraph() -> None:
    seen: list[tuple[ActiveRun, StepRef]] = []

    async def look(state: Order) -> Paid:
        seen.append((active_run(), current_step(active_run())))
        return {"receipt": {"paid": 0}}  # type: ignore[typeddict-item]

    inner = chain(look, name="inner")
    outer = builder().add_node("desk", inner).set_entry_point("desk").add_edge("desk", END).compile(name="outer")
    async with desk({"outer": outer}) as (runner, _):
        await runner.queue("outer", [Job({"amount": 7}, "one")])
        await runner.resume("one")
    ((run, step),) = seen
    assert (run.thread_id, run.graph, run.fence) == ("one", "outer", 1)
    assert (step.thread_id, step.step, step.attempt) == ("one", "desk/look", 1)
    assert step.task_id


@pytest.mark.parametrize("fence, refused", [(1, False), (0, True), (2, True), (None, False)])
async def test_only_the_latest_claim_may_write(*, fence: int | None, refused: bool) -> None:
    await queued("one")
    async with desk() as (_, resources):
        await resources.database.do(lambda tx: claim(tx, get(tx, "one"), new_owner(), 5))
        run = ActiveRun("one", 1, "payment", resources, fence)
        if refused:
            with pytest.raises(LeaseLost):
                await resources.database.do(run.guard)
        else:
            await resources.database.do(run.guard)


async def test_a_run_whose_row_is_gone_may_not_write() -> None:
    async with desk() as (_, resources):
        with pytest.raises(LeaseLost):
            await resources.database.do(ActiveRun("gone", 1, "payment", resources, 1).guard)
        with pytest.raises(UnknownThread):
            await resources.database.do(lambda tx: get(tx, "gone"))
