"""Find requests: see whether a message holds several, before it is routed as one."""

from desk.business import knowledge
from desk.text.requests import requests_in
from state.desk import ReadInput
from state.support_desk import FoundUpdate


async def find_requests(state: ReadInput) -> FoundUpdate:
    """Return whether the message asks for several things, so that each is worked by itself.

    Several requests have no one route: as a whole they look unsure, or like the loudest of them.
    """
    return {"several": len(requests_in(state["request"], await knowledge())) > 1}
