"""Supervise: hand the message to a specialist, finish with what they said, or leave it to a person."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import instructions, knowledge
from desk.records import OTHER, Review
from state.context import Context
from state.multi_agent import FINISH, PERSON, Contribution, SuperviseInput, SuperviseUpdate, handover_shape


async def supervise(state: SuperviseInput, runtime: Runtime[Context]) -> SuperviseUpdate:
    """Where the message goes now; beyond the cap, or back without anything new, it goes to a person instead."""
    desk = await knowledge()
    known = {name: definition for name, definition in desk.routes.items() if name != OTHER}
    said, count, cap = state.get("contributions", []), state.get("handovers", 0), runtime.context.handovers
    data = {
        "message": state["message"],
        "specialists": known,
        "router_says": None if said else {"route": state["route"], "confidence": state["confidence"]},
        "contributions": [_shown(each) for each in said],
        "handovers_left": cap - count,
    }
    choice = await ask("cheap", handover_shape(tuple(known)), instructions(__file__), data)
    stopped = stops(choice.to, said, count, cap)
    if stopped or choice.to == FINISH:
        return _ended(state, choice.why, stopped)
    share = desk.probabilities(state["message"])[choice.to]
    return {
        "route": choice.to,
        "confidence": round(share, 4),
        "to": choice.to,
        "parts": said_in(state["message"], choice.parts),
        "why": choice.why,
        "handovers": count + 1,
    }


def said_in(message: str, parts: list[str]) -> list[str]:
    """The parts, if the message says each of them word for word; else the whole message, as one part."""
    told = " ".join(message.split())
    return parts if parts and all(part.strip() and " ".join(part.split()) in told for part in parts) else [message]


def stops(to: str, said: list[Contribution], count: int, cap: int) -> str | None:
    """Why the message goes to a person after `count` hand-overs; None where the choice is followed."""
    if to == PERSON:
        return "the supervisor asks for a person"
    if to == FINISH:
        return None if any(each.fit for each in said) else "no specialist has an answer"
    if goes_back(to, said):
        return f"the supervisor handed back to {to}, and nothing new had come since"
    return f"the cap of {cap} hand-overs (handovers) was reached" if count >= cap else None


def goes_back(to: str, said: list[Contribution]) -> bool:
    """Whether this is the last specialist again, or the one before, who would learn nothing new from the last."""
    if not said or to not in [each.route for each in said[-2:]]:
        return False
    *earlier, last = said
    return to == last.route or not set(_grounds(last)) - {name for each in earlier for name in _grounds(each)}


def _grounds(contribution: Contribution) -> list[str]:
    """What a contribution brings: the policies it cites, and the action it proposes."""
    drafted = contribution.draft
    if drafted is None or not contribution.fit:
        return []
    return [*drafted.citations, *([drafted.action.model_dump_json()] if drafted.action else [])]


def _shown(contribution: Contribution) -> dict[str, Any]:
    """A contribution as the supervisor reads it; a draft that is not fit to send stays out."""
    drafted = contribution.draft if contribution.fit else None
    told = drafted.model_dump() if drafted else {"reply": None, "citations": [], "action": None}
    return {"specialist": contribution.route, **told, "checks": contribution.review.reason}


def _ended(state: SuperviseInput, why: str, stopped: str | None) -> SuperviseUpdate:
    """The end of the loop, under the route of the first who had an answer; a person gets that answer as the best."""
    first = next((each for each in state.get("contributions", []) if each.fit), None)
    route, confidence = (first.route, first.confidence) if first else (state["route"], state["confidence"])
    to, count = PERSON if stopped else FINISH, state.get("handovers", 0)
    ended = SuperviseUpdate(route=route, confidence=confidence, to=to, parts=[], why=why, handovers=count)
    if stopped is None:
        return ended
    faults = [f"{each.route}: {each.review.reason}" for each in state.get("contributions", []) if not each.fit]
    ended["review"] = Review(verdict="escalate", reason="; ".join([f"{stopped} ({why})", *faults]))
    return {**ended, "best": first.draft} if first and first.draft else ended
