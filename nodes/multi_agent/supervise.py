"""Supervise: hand the message to a specialist, finish with the contributions, or leave it to a person."""

from typing import Any

from langgraph.runtime import Runtime

from baton import ask
from desk.business import instructions, knowledge
from desk.records import OTHER, Review
from state.context import Context
from state.multi_agent import FINISH, PERSON, Contribution, SuperviseInput, SuperviseUpdate, handover_shape


async def supervise(state: SuperviseInput, runtime: Runtime[Context]) -> SuperviseUpdate:
    """Ask a model who takes the message next and return that; a person at the cap, or where nothing new came."""
    desk = await knowledge()
    specialists = {name: definition for name, definition in desk.routes.items() if name != OTHER}
    contributions, count, cap = state.get("contributions", []), state.get("handovers", 0), runtime.context.handovers
    data = {
        "specialists": specialists,
        "router_says": None if contributions else {"route": state["route"], "confidence": state["confidence"]},
        "contributions": [_contribution_data(each) for each in contributions],
        "handovers_left": cap - count,
        "message": state["request"],
    }
    choice = await ask("cheap", handover_shape(tuple(specialists)), instructions(__file__), data)
    stop = reason_to_stop(choice.to, contributions, count, cap)
    if stop or choice.to == FINISH:
        return _end(state, choice.why, stop)
    parts = parts_in(state["request"], choice.parts)
    share = desk.probabilities(" ".join(parts))[choice.to]
    if share < runtime.context.route_threshold:
        return _end(state, choice.why, f"it is not sure that it is for {choice.to} ({share:.2f})")
    return {
        "route": choice.to,
        "confidence": round(share, 4),
        "to": choice.to,
        "parts": parts,
        "why": choice.why,
        "handovers": count + 1,
    }


def parts_in(message: str, parts: list[str]) -> list[str]:
    """Return the parts where the message holds each of them word for word; else the whole message as one part."""
    text = " ".join(message.split())
    return parts if parts and all(part.strip() and " ".join(part.split()) in text for part in parts) else [message]


def reason_to_stop(to: str, contributions: list[Contribution], count: int, cap: int) -> str | None:
    """Return why the message goes to a person after `count` hand-overs; None where the choice is followed."""
    if to == PERSON:
        return "the supervisor asks for a person"
    if to == FINISH:
        return None if any(each.fit for each in contributions) else "no specialist has an answer"
    if goes_back(to, contributions):
        return f"the supervisor handed back to {to}, and nothing new had come since"
    return f"the cap of {cap} hand-overs (handovers) was reached" if count >= cap else None


def goes_back(to: str, contributions: list[Contribution]) -> bool:
    """Return whether `to` is the last specialist, or the one before and the last contribution has nothing new."""
    if not contributions or to not in [each.route for each in contributions[-2:]]:
        return False
    *earlier, last = contributions
    return to == last.route or not set(_grounds(last)) - {name for each in earlier for name in _grounds(each)}


def _grounds(contribution: Contribution) -> list[str]:
    """Return the policies that a contribution cites and the action that it proposes; empty where it is unfit."""
    draft = contribution.draft
    if draft is None or not contribution.fit:
        return []
    return [*draft.citations, *([draft.action.model_dump_json()] if draft.action else [])]


def _contribution_data(contribution: Contribution) -> dict[str, Any]:
    """Return a contribution as the supervisor's model reads it, without a draft that is unfit to send."""
    draft = contribution.draft if contribution.fit else None
    proposal = draft.model_dump() if draft else {"reply": None, "citations": [], "action": None}
    return {"specialist": contribution.route, **proposal, "checks": contribution.review.reason}


def _end(state: SuperviseInput, why: str, stop: str | None) -> SuperviseUpdate:
    """Return the update that ends the loop, with the route of the first answer; a person gets that as the best."""
    first = next((each for each in state.get("contributions", []) if each.fit), None)
    route, confidence = (first.route, first.confidence) if first else (state["route"], state["confidence"])
    to, count = PERSON if stop else FINISH, state.get("handovers", 0)
    end = SuperviseUpdate(route=route, confidence=confidence, to=to, parts=[], why=why, handovers=count)
    if stop is None:
        return end
    faults = [f"{each.route}: {each.review.reason}" for each in state.get("contributions", []) if not each.fit]
    end["review"] = Review(verdict="escalate", reason="; ".join([f"{stop} ({why})", *faults]))
    return {**end, "best": first.draft} if first and first.draft else end
