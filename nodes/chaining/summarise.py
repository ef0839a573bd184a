"""Summarise a case for the file and reply to the customer, from the facts and the policies."""

from baton import ask
from desk.business import instructions, policies
from state.chaining import CaseReply, SummariseInput, SummariseUpdate
from state.desk import Draft


async def summarise(state: SummariseInput) -> SummariseUpdate:
    """A summary, and a reply that says which facts and policies it rests on."""
    data = {
        "case": state["case"].model_dump(mode="json"),
        "facts": [fact.model_dump() for fact in state["facts"]],
        "policies": await policies(state["passages"]),
        "complaint": state.get("complaint"),
    }
    said = await ask("strong", CaseReply, instructions(__file__), data)
    drafted = Draft(reply=said.reply, citations=said.citations, action=None)
    return {"summary": said.summary, "facts_used": said.facts_used, "draft": drafted}
