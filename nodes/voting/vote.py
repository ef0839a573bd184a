"""Vote: one voter, with one view, answers whether a message tells of fraud."""

from typing import Any

from baton import ask
from desk.business import business, customer, instructions, knowledge
from desk.records import View
from state.voting import Vote, VoteInput, VoteUpdate

TOPICS = 6  # topics further down have shares near zero


async def vote(state: VoteInput) -> VoteUpdate:
    """Ask a model for the vote of the ballot's view and return it in a list of one."""
    view = {each.name: each for each in business().fraud.views}[state["view"]]
    data = {"view": view.name, **await _view_data(view, state), "message": state["request"]}
    answer = await ask("cheap", Vote, instructions(__file__) + view.asks, data, allow={"view": [view.name]})
    return {"votes": [answer.model_copy(update={"view": view.name})]}


async def _view_data(view: View, state: VoteInput) -> dict[str, Any]:
    """Return the data that this view has beside the message."""
    data: dict[str, Any] = {}
    if "customer" in view.sees:
        data["customer"] = await customer(state["customer_id"])
    if "topics" in view.sees:
        shares = (await knowledge()).topics(state["request"], TOPICS)
        data["topics"] = {name: round(share, 3) for name, share in shares.items()}
    return data
