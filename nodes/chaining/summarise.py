"""Summarise a case for the file and reply to the customer, from the facts and the policies."""

from collections.abc import Iterable
from typing import Any

from baton import ask
from desk.business import citable, instructions, policies
from state.chaining import CaseReply, SummariseInput, SummariseUpdate
from state.desk import Draft


async def summarise(state: SummariseInput) -> SummariseUpdate:
    """Ask a model for summary and reply and return both, with the facts and policies that the reply rests on."""
    data: dict[str, Any] = {
        "policies": await policies(state["passages"], whole=True),
        "complaint": state.get("complaint"),
        "facts": [fact.model_dump() for fact in state["facts"]],
        "case": state["case"].model_dump(mode="json"),
    }
    allow: dict[str, Iterable[str | int]] = {**citable(data["policies"]), "facts_used": range(len(data["facts"]))}
    answer = await ask("strong", CaseReply, instructions(__file__), data, allow=allow)
    draft = Draft(reply=answer.reply, citations=answer.citations, action=None)
    return {"summary": answer.summary, "facts_used": answer.facts_used, "draft": draft}
