"""Read a message: its request, and the mark of a run that a person should look at first."""

from collections.abc import Awaitable, Callable
from typing import Any

from baton.runtime.resources import Resources
from baton.storage import summaries
from nodes.read_message import read_message

Step = Callable[..., Awaitable[dict[str, Any]]]


async def urgency(resources: Resources) -> str | None:
    [run] = await resources.database.do(summaries.list_runs)
    return run["urgent"]


async def test_an_urgent_message_marks_its_run(step: Step, resources: Resources) -> None:
    read = await step(read_message, message="my purse was nicked on the bus", customer_id=None)
    assert read["urgent"] == await urgency(resources) == "theft"


async def test_any_other_message_marks_none(step: Step, resources: Resources) -> None:
    read = await step(read_message, message="What does a transfer to Spain cost?", customer_id=None)
    assert read["urgent"] is await urgency(resources) is None
