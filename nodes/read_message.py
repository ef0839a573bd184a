"""Read a message: set aside what is not its request, and mark the run where a person should look at it first."""

import asyncio

from baton import mark_urgent
from desk.business import business, knowledge
from state.desk import Inquiry, ReadUpdate


async def read_message(state: Inquiry) -> ReadUpdate:
    """Return the request of the message, what was set aside, and why it is urgent, if it is.

    What follows routes, searches and drafts by the request; people read the whole message.
    """
    update = await reading_of(state["message"])
    if update["urgent"] is not None:
        await mark_urgent(update["urgent"])
    return update


async def reading_of(message: str) -> ReadUpdate:
    """Return the same for a message that no run is about."""
    request, asides = business().reader.set_aside(message, await knowledge())
    urgent = await asyncio.to_thread(business().urgency, request)  # the first call may read examples
    return {"request": request, "asides": asides, "urgent": urgent}
