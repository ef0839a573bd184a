"""Answer at once: one prompt, one answer. The baseline that every pattern must beat."""

from langgraph.runtime import Runtime

from baton import ask
from baton.errors import BadAnswer
from baton.redact import redact
from desk.business import instructions, knowledge, policies
from state.context import Context
from state.desk import Inquiry, Resolution
from state.single_call import SingleAnswer


async def answer_at_once(state: Inquiry, runtime: Runtime[Context]) -> Resolution:
    """Ask a model for everything at once and return its answer unchanged; card numbers are masked first.

    Raises:
        BadAnswer: the model named an unknown route.
    """
    desk = await knowledge()
    data = {
        "message": redact(state["message"]),
        "routes": desk.routes,
        "policies": await policies(await desk.search(state["message"], "", runtime.context.passages)),
    }
    answer = await ask("strong", SingleAnswer, instructions(__file__), data)
    if answer.route not in desk.routes:
        raise BadAnswer(f"{answer.route!r} is not a route")
    return {
        "outcome": answer.outcome,
        "route": answer.route,
        "confidence": answer.confidence,
        "reply": answer.reply,
        "citations": answer.citations,
        "actions": [],
        "reason": answer.reason,
    }
