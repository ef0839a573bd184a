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
    """The model's answer as it is; only its form is checked, and card numbers are masked before it reads the message.

    Raises:
        BadAnswer: the model named a route that there is not.
    """
    known = await knowledge()
    data = {
        "message": redact(state["message"]),
        "routes": known.routes,
        "policies": await policies(known.search(state["message"], "", runtime.context.passages)),
    }
    said = await ask("strong", SingleAnswer, instructions(__file__), data)
    if said.route not in known.routes:
        raise BadAnswer(f"{said.route!r} is not a route")
    return {
        "outcome": said.outcome,
        "route": said.route,
        "confidence": said.confidence,
        "reply": said.reply,
        "citations": said.citations,
        "actions": [],
        "reason": said.reason,
    }
