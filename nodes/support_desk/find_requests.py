"""Find requests: see whether a message holds several, before it is routed as one."""

from desk.business import business, knowledge
from state.desk import ReadInput
from state.support_desk import FoundUpdate


async def find_requests(state: ReadInput) -> FoundUpdate:
    """Return whether the message asks for several things, so that each is worked by itself.

    Several requests have no one route: as a whole they look unsure, or like the loudest of them.
    """
    requests = business().reader.requests(state["request"], await knowledge())
    return {"several": len(requests) > 1}
