"""Answer at once: one prompt, one answer. The baseline that every pattern must beat."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from baton.errors import BadAnswer
from baton.redact import redact
from desk.business import business, citable, instructions, knowledge, policies
from state.context import Context
from state.desk import ReadInput, ResolutionFields
from state.single_call import SingleAnswer


async def answer_at_once(state: ReadInput, runtime: Runtime[Context]) -> ResolutionFields:
    """Ask a model for everything at once and return its answer unchanged; card numbers are masked first.

    Raises:
        BadAnswer: the model named an unknown route.
    """
    desk = await knowledge()
    data: dict[str, Any] = {
        "routes": desk.routes,
        "policies": await policies(await desk.search(state["request"], "", runtime.context.passages), whole=True),
        "message": redact(state["request"]),
    }
    allow = {"route": desk.routes, **citable(data["policies"])}
    answer = await ask("strong", SingleAnswer, instructions(__file__), data, allow=allow)
    if answer.route not in desk.routes:
        raise BadAnswer(f"{answer.route!r} is not a route")
    if answer.outcome == "answered" and answer.confidence < runtime.context.route_threshold:
        answer = _handed_over(answer)
    return {
        "outcome": answer.outcome,
        "route": answer.route,
        "confidence": answer.confidence,
        "reply": answer.reply,
        "citations": answer.citations,
        "actions": [],
        "reason": answer.reason,
    }


def _handed_over(answer: SingleAnswer) -> SingleAnswer:
    """Return an answer that its own model is not sure of as one for a person; no other step would look at it."""
    reason = f"the model is not sure of its answer ({answer.confidence:.2f}): {answer.reply}"
    return answer.model_copy(update={"outcome": "escalated", "reply": business().wording.holding, "reason": reason})
