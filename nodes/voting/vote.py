"""Vote: one voter's answer, from one view, to whether a message tells of fraud."""

from typing import Any

from baton import ask
from desk.business import business, customer, instructions, knowledge
from desk.records import View
from state.voting import Vote, VoteInput, VoteUpdate

TOPICS = 6  # as many as say anything


async def vote(state: VoteInput) -> VoteUpdate:
    """The vote of the view that the ballot names."""
    view = {each.name: each for each in business().fraud.views}[state["view"]]
    data = {"message": state["message"], "view": view.name, **await _seen(view, state)}
    said = await ask("cheap", Vote, instructions(__file__) + view.asks, data)
    return {"votes": [said.model_copy(update={"view": view.name})]}


async def _seen(view: View, state: VoteInput) -> dict[str, Any]:
    """What this view is given beside the message."""
    seen: dict[str, Any] = {}
    if "customer" in view.sees:
        seen["customer"] = await customer(state["customer_id"])
    if "topics" in view.sees:
        shares = (await knowledge()).topics(state["message"], TOPICS)
        seen["topics"] = {name: round(share, 3) for name, share in shares.items()}
    return seen
