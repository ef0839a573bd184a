"""Going back on a thread with several runs: an earlier run is left alone while a later one has not ended."""

import pytest
from langgraph.types import Command

from baton.errors import NotEnded
from tests.baton.shop import APPROVE, Receiver, approved, on, shop


async def test_an_earlier_run_is_not_gone_back_to_while_a_later_one_waits() -> None:
    """The thread would stand where the earlier one went on, and nobody could answer what the later one asked."""
    receiver = Receiver()
    async with shop(approved(receiver)) as (graph, _):
        for payee in ("Ann", "Bob"):
            [question] = (await graph.ainvoke({"payee": payee}, on("t")))["__interrupt__"]
            old = [each.config async for each in graph.aget_state_history(on("t"))][-1]
            if payee == "Ann":
                await graph.ainvoke(Command(resume={question.id: APPROVE}), on("t"))
        with pytest.raises(NotEnded, match=r"run 2 of t is waiting and has not ended; answer it"):
            await graph.ainvoke(None, old)
        await graph.ainvoke(Command(resume={question.id: APPROVE}), on("t"))
        assert receiver.payees == ["Ann", "Bob"]
        await graph.ainvoke(None, old)  # now it may
    assert receiver.payees == ["Ann", "Bob"]
