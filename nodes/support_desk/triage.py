"""Triage: choose the path of a routed message, the short one or one of the long ones."""

from desk.business import business
from state.desk import RoutedInput
from state.support_desk import TriageUpdate

LONG = 60  # words; a longer message has facts worth sorting out first


async def triage(state: RoutedInput) -> TriageUpdate:
    """Return the step that the message goes on to; most take the short path, `retrieve`."""
    message, is_known = state["request"], state["customer_id"] is not None
    if is_known and (path := business().long_path(message, state["route"])):
        return {"path": path}
    return {"path": "chain" if len(message.split()) > LONG else "retrieve"}
