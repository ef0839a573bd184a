"""Triage: choose the path of a routed message, the short one or one of the long ones."""

from langgraph.runtime import Runtime

from desk.business import business, knowledge
from state.context import Context
from state.desk import RoutedInput
from state.support_desk import TriageUpdate

LONG = 60  # words; a longer message has facts worth sorting out first


async def triage(state: RoutedInput, runtime: Runtime[Context]) -> TriageUpdate:
    """Return the step that the message goes on to; most take the short path, `retrieve`.

    A route that only the second tier was sure of opens none of the business's long paths: they route anew, and would
    doubt it.
    """
    message, is_known = state["request"], state["customer_id"] is not None
    is_sure = (await knowledge()).guess(message).confidence >= runtime.context.route_threshold
    if is_known and is_sure and (path := business().long_path(message, state["route"])):
        return {"path": path}
    return {"path": "chain" if len(message.split()) > LONG else "retrieve"}
