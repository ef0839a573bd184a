"""What waits for people at the desk: the urgent ones stand first."""

from baton.storage import summaries
from tests.graphs.conftest import Desk

COMPLAINT = "My solicitor will write to you about your service."
HOTEL = "Lumen Hotel charged me twice, 180.00 each time. Please refund one of them."


async def test_an_escalated_urgent_message_comes_before_newer_ones(desk: Desk) -> None:
    first = await desk.work(COMPLAINT, graph="routing", route_threshold=0.85)
    await desk.work("Who has won the cup final?", graph="routing")
    listed = await desk.resources.database.do(summaries.list_runs)
    assert first["output"]["outcome"] == "escalated"
    assert first["output"]["urgent"] == first["urgent"] == "a legal threat"
    assert [each["urgent"] for each in listed] == ["a legal threat", None]


async def test_an_approval_of_an_urgent_message_comes_before_newer_ones(desk: Desk) -> None:
    urgent = await desk.work(f"{HOTEL} I am in hospital and need the money for food.", "C012")
    await desk.work("Thimble Tailors charged me 640.00 twice, please refund one of them.", "C009")
    waiting = await desk.resources.database.do(lambda tx: summaries.list_runs(tx, status="waiting"))
    assert [each["urgent"] for each in waiting] == ["a vulnerable customer", None]
    assert waiting[0]["thread_id"] == urgent["thread_id"]
