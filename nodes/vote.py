"""Vote: one voter's answer, from one view, to whether somebody else uses the customer's money."""

import asyncio
from typing import Any

from bank.papers import known
from bank.router import router
from bank.views import View, views
from baton import ask, prompt
from state.voting import Ballot, Vote, Voting

TOPICS = 6  # as many as say anything


async def vote(state: Ballot) -> Voting:
    """The vote of the view that the ballot names."""
    view = views()[state["view"]]
    data = {"message": state["message"], "view": view.name, **await _seen(view, state)}
    said = await ask("cheap", Vote, prompt(__file__) + view.asks, data)
    return {"votes": [said.model_copy(update={"view": view.name})]}


async def _seen(view: View, state: Ballot) -> dict[str, Any]:
    """What this view is given beside the message."""
    seen: dict[str, Any] = {}
    if "customer" in view.sees:
        seen["customer"] = await known(state["customer_id"])
    if "topics" in view.sees:
        trained = await asyncio.to_thread(router)
        seen["topics"] = {name: round(share, 3) for name, share in trained.topics(state["message"], TOPICS).items()}
    return seen
