"""Combine the sections of a message into one resolution."""

from collections.abc import Iterator

from desk.business import business
from desk.records import OTHER, Review, paragraphs, quoted
from desk.reply_checks import left_to_person
from state.desk import PROPOSED_ONLY, Draft, citations_of, proposed_actions
from state.sectioning import CombinedUpdate, CombineInput, CombineUpdate, Left, SectionResult, reasons


async def combine(state: CombineInput) -> CombinedUpdate | CombineUpdate:
    """Return one resolution of all sections; only a review with the reasons where no section has an answer."""
    sections = sorted(state["sections"], key=lambda each: each.number)
    answers = [each for each in sections if each.draft is not None]
    left = [*_left(state, sections)]
    if not answers:
        return {"left": left, "review": Review(verdict="escalate", reason=reasons(left))}
    surest = max(answers, key=lambda each: each.confidence)
    actions = [action for each in answers for action in proposed_actions(each.draft)]
    return {
        "outcome": "escalated" if left or actions else "answered",
        "route": surest.route,
        "confidence": min(each.confidence for each in sections),
        "reply": await _reply(answers, [each.request for each in left], state["customer_id"]),
        "citations": citations_of(each.draft for each in answers),
        "actions": actions,
        "reason": "; ".join(filter(None, [PROPOSED_ONLY if actions else "", reasons(left)])) or _all(answers),
        "has_result": True,
        "left": left,
    }


def _left(state: CombineInput, sections: list[SectionResult]) -> Iterator[Left]:
    """Yield each request that is left to a person, with the reason."""
    for each in sections:
        if each.draft is None:
            why = each.fault or ("not for this desk" if each.route == OTHER else "no policy bears on it")
            yield Left(reason=why, request=each.request)
    for failure in sorted(state["failures"], key=lambda each: int(each.request["number"])):
        why = f"it failed ({failure.reason}, {failure.letter_id})"
        yield Left(reason=why, request=str(failure.request["request"]))
    most = len(state["admitted"])
    for request in state["requests"][most:]:
        yield Left(reason=f"the cap of {most} requests (sections) was reached", request=request)


async def _reply(answers: list[SectionResult], requests_left: list[str], customer_id: str | None) -> str:
    """Return the answers in the order of the requests with one opening, then the requests that a person looks at."""
    replies = [_reply_to(each, each.draft) for each in answers if each.draft]
    return paragraphs([*replies, *await left_to_person(requests_left, customer_id)])


def _reply_to(section: SectionResult, draft: Draft) -> str:
    """Return the draft's reply; a draft with an action is not sent, for nobody has done it."""
    passed_on = business().wording.request_passed_on.format(request=quoted([section.request]))
    return passed_on if draft.action else draft.reply


def _all(answers: list[SectionResult]) -> str:
    return f"{len(answers)} of {len(answers)} requests answered from the policies"
