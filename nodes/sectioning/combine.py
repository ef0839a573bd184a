"""Combine the sections of a message into one resolution."""

from collections.abc import Iterable
from itertools import groupby

from desk.business import business
from desk.records import OTHER, Review, paragraphs, quotations
from state.desk import PROPOSED_ONLY, Draft, ResolutionUpdate, citations_of, proposed_actions
from state.sectioning import CombineInput, CombineUpdate, SectionResult


async def combine(state: CombineInput) -> ResolutionUpdate | CombineUpdate:
    """Return one resolution of all sections; only a review with the reasons where no section has an answer."""
    sections = sorted(state["sections"], key=lambda each: each.number)
    answers = [each for each in sections if each.draft is not None]
    leftovers = [*_leftovers(state, sections)]
    if not answers:
        return {"review": Review(verdict="escalate", reason=_reason(answers, leftovers))}
    surest = max(answers, key=lambda each: each.confidence)
    actions = [action for each in answers for action in proposed_actions(each.draft)]
    return {
        "outcome": "escalated" if leftovers or actions else "answered",
        "route": surest.route,
        "confidence": min(each.confidence for each in sections),
        "reply": _reply(answers, [request for _, request in leftovers]),
        "citations": citations_of(each.draft for each in answers),
        "actions": actions,
        "reason": _reason(answers, leftovers),
        "has_result": not leftovers,
    }


def _leftovers(state: CombineInput, sections: list[SectionResult]) -> Iterable[tuple[str, str]]:
    """Yield a pair for each request that is left to a person: the reason, and the request's words."""
    for each in sections:
        if each.draft is None:
            yield each.fault or ("not for this desk" if each.route == OTHER else "no policy bears on it"), each.request
    for failure in sorted(state["failures"], key=lambda each: int(each.request["number"])):
        yield f"it failed ({failure.reason}, {failure.letter_id})", str(failure.request["request"])
    most = len(state["admitted"])
    for request in state["requests"][most:]:
        yield f"the cap of {most} requests (sections) was reached", request


def _reply(answers: list[SectionResult], requests_left: list[str]) -> str:
    """Return the answers in the order of the requests with one opening, then the requests that a person looks at."""
    replies = [_reply_to(each, each.draft) for each in answers if each.draft]
    rest = [business().wording.requests_left.format(requests=quotations(requests_left))] if requests_left else []
    return paragraphs([*replies, *rest])


def _reply_to(section: SectionResult, draft: Draft) -> str:
    """Return the draft's reply; a draft with an action is not sent, for nobody has done it."""
    passed_on = business().wording.request_passed_on.format(request=quotations([section.request]))
    return passed_on if draft.action else draft.reply


def _reason(answers: list[SectionResult], leftovers: list[tuple[str, str]]) -> str:
    """Return why each request left is left, grouped by reason; else how many were answered."""
    reasons = [
        f"{why}: {quotations(request for _, request in group)}"
        for why, group in groupby(leftovers, lambda each: each[0])
    ]
    if any(proposed_actions(each.draft) for each in answers):
        reasons.insert(0, PROPOSED_ONLY)
    return "; ".join(reasons) or f"{len(answers)} of {len(answers)} requests answered from the policies"
