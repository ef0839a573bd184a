"""Combine the sections of a message into one resolution."""

from collections.abc import Iterable
from itertools import groupby
from textwrap import shorten

from desk.business import business
from desk.records import OTHER, Review, paragraphs
from state.desk import PROPOSED_ONLY, Draft, ResolutionUpdate, citations_of, proposed
from state.sectioning import CombineInput, CombineUpdate, SectionResult

LONGEST_QUOTE, LONGEST_REST = 200, 1_000  # characters


async def combine(state: CombineInput) -> ResolutionUpdate | CombineUpdate:
    """What the customer reads of all sections; a review that says why where none has anything to say."""
    sections = sorted(state["sections"], key=lambda each: each.number)
    answered = [each for each in sections if each.draft is not None]
    left = [*_left(state, sections)]
    if not answered:
        return {"review": Review(verdict="escalate", reason=_reason(answered, left))}
    surest = max(answered, key=lambda each: each.confidence)
    actions = [taken for each in answered for taken in proposed(each.draft)]
    return {
        "outcome": "escalated" if left or actions else "answered",
        "route": surest.route,
        "confidence": min(each.confidence for each in sections),
        "reply": _reply(answered, [request for _, request in left]),
        "citations": citations_of(each.draft for each in answered),
        "actions": actions,
        "reason": _reason(answered, left),
        "has_result": not left,
    }


def _left(state: CombineInput, sections: list[SectionResult]) -> Iterable[tuple[str, str]]:
    """Why a request was left to a person, and its words."""
    for each in sections:
        if each.draft is None:
            yield "not for this desk" if each.route == OTHER else "no policy bears on it", each.request
    for failure in sorted(state["failures"], key=lambda each: int(each.request["number"])):
        yield f"it failed ({failure.reason}, {failure.letter_id})", str(failure.request["message"])
    most = len(state["admitted"])
    for request in state["requests"][most:]:
        yield f"the cap of {most} requests (sections) was reached", request


def _reply(answered: list[SectionResult], left: list[str]) -> str:
    """The answers in the order of the requests, opened once, then what a colleague looks at."""
    said = [_said(each, each.draft) for each in answered if each.draft]
    rest = [business().wording.requests_left.format(requests=_quoted(left))] if left else []
    return paragraphs([*said, *rest])


def _said(section: SectionResult, drafted: Draft) -> str:
    """The drafted reply; never one that says done what nobody did."""
    passed_on = business().wording.request_passed_on.format(request=_quoted([section.request]))
    return passed_on if drafted.action else drafted.reply


def _reason(answered: list[SectionResult], left: list[tuple[str, str]]) -> str:
    told = [f"{why}: {_quoted(request for _, request in group)}" for why, group in groupby(left, lambda each: each[0])]
    if any(proposed(each.draft) for each in answered):
        told.insert(0, PROPOSED_ONLY)
    return "; ".join(told) or f"{len(answered)} of {len(answered)} requests answered from the policies"


def _quoted(requests: Iterable[str]) -> str:
    """Requests in quotes, on one line of bounded length."""
    quotes = (f"“{shorten(request, LONGEST_QUOTE, placeholder=' …')}”" for request in requests)
    return shorten(", ".join(quotes), LONGEST_REST, placeholder=" …")
