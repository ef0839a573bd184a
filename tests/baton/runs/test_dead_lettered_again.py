"""A run that ended in a dead letter gives no result: who repeats its request, or goes on with it, is told so again."""

from typing import Any

import pytest

from baton import Job, Runner
from baton.errors import DeadLettered
from baton.storage import dead_letter_rows
from tests.baton.shop import Order, Receiver, line, on, paying, rows, shop

ANN = {"payee": "Ann"}
REQUEST: Any = {**on("t"), "metadata": {"run_id": "r1"}}


class Broken:
    """A step that fails until it is repaired; `looked` are the payees of all its attempts."""

    def __init__(self) -> None:
        self.looked: list[str] = []
        self.is_repaired = False

    def step(self) -> Any:
        async def look(state: Order) -> Order:
            self.looked.append(state["payee"])
            if not self.is_repaired:
                raise ValueError("the shop is closed")
            return {"verdict": "seen"}

        return look


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_request_whose_run_was_dead_lettered_is_told_so_again_and_nothing_is_worked(*, keeps: bool) -> None:
    receiver, broken = Receiver(), Broken()
    async with shop(line(paying(receiver), broken.step())) as (kept, resources):
        graph = kept if keeps else kept.copy({"checkpointer": None})
        with pytest.raises(DeadLettered) as first:
            await graph.ainvoke(ANN, REQUEST)
        before = (len(receiver.requests), list(broken.looked))
        for _ in range(2):
            with pytest.raises(DeadLettered, match=r"the shop is closed; baton dead-letters discard dl-") as again:
                await graph.ainvoke(ANN, REQUEST)
            assert again.value.letter_id == first.value.letter_id
        assert ((len(receiver.requests), broken.looked), await rows(resources, "t")) == (before, [(1, "dead_lettered")])


async def test_a_dead_lettered_run_is_not_gone_on_with_and_says_so_in_a_stream_too() -> None:
    broken = Broken()
    async with shop(line(paying(Receiver()), broken.step())) as (graph, _):
        with pytest.raises(DeadLettered):
            await graph.ainvoke(ANN, on("t"))
        with pytest.raises(DeadLettered, match="run 1 of t was dead-lettered"):
            await graph.ainvoke(None, on("t"))
        with pytest.raises(DeadLettered):
            await anext(graph.astream(None, on("t")))
        assert broken.looked == ["Ann"]


async def test_once_the_letter_is_discarded_a_call_that_goes_back_to_before_it_ends_the_run_with_a_result() -> None:
    receiver, broken = Receiver(), Broken()
    async with shop(line(paying(receiver), broken.step())) as (graph, resources):
        with pytest.raises(DeadLettered) as ended:
            await graph.ainvoke(ANN, REQUEST)
        broken.is_repaired, letter_id = True, ended.value.letter_id
        await resources.database.do(lambda tx: dead_letter_rows.discard(tx, letter_id, "the shop is open again"))
        with pytest.raises(DeadLettered, match="go back to an earlier checkpoint, or begin another run"):
            await graph.ainvoke(ANN, REQUEST)
        [before] = [each.config async for each in graph.aget_state_history(on("t")) if each.next == ("look",)]
        done = await graph.ainvoke(None, before)
        assert done["verdict"] == "seen"
        assert [await graph.ainvoke(ANN, REQUEST), await graph.ainvoke(None, on("t"))] == [done, done]
        assert (receiver.payees, await rows(resources, "t")) == (["Ann"], [(1, "done")])


async def test_a_queued_run_that_was_dead_lettered_has_its_result_after_the_replay() -> None:
    receiver, broken = Receiver(), Broken()
    async with shop(line(paying(receiver), broken.step())) as (graph, resources):
        runner = Runner(resources, {"shop": graph}.__getitem__)
        await runner.queue("shop", [Job(ANN, "t")])
        [letter] = (await runner.resume("t"))["dead_letters"]
        with pytest.raises(DeadLettered, match=rf"baton dead-letters replay {letter}, or discard {letter} REASON"):
            await graph.ainvoke(None, on("t"))
        broken.is_repaired = True
        assert (await runner.replay(letter))["status"] == "done"
        assert (await graph.ainvoke(None, on("t")))["verdict"] == "seen"
        assert receiver.payees == ["Ann"]
