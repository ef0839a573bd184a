"""Summarise a case for the file and reply to the customer, from the facts and the policies."""

from baton import ask
from desk.business import instructions, policies
from state.chaining import CaseReply, SummariseInput, SummariseUpdate
from state.desk import Draft


async def summarise(state: SummariseInput) -> SummariseUpdate:
    """Ask a model for summary and reply and return both, with the facts and policies that the reply rests on."""
    data = {
        "case": state["case"].model_dump(mode="json"),
        "facts": [fact.model_dump() for fact in state["facts"]],
        "policies": await policies(state["passages"], whole=True),
        "complaint": state.get("complaint"),
    }
    answer = await ask("strong", CaseReply, instructions(__file__), data)
    draft = Draft(reply=answer.reply, citations=answer.citations, action=None)
    return {"summary": answer.summary, "facts_used": answer.facts_used, "draft": draft}
