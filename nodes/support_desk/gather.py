"""Gather: bring the result of any path into one form, the parts that the desk would send."""

from collections.abc import Iterator

from desk.business import business
from state.sectioning import Left, SectionResult
from state.support_desk import GatherInput, GatherUpdate

NO_VOTE = "a vote is due, and none is taken on one of several requests"


async def gather(state: GatherInput) -> GatherUpdate:
    """Return one part for each section with a draft, or the single draft of another path, with what it answers.

    A section does not vote: a known customer's request that would be voted on by itself is left to a person besides,
    unless its draft acts.

    Raises:
        ValueError: the path left neither.
    """
    if sections := state.get("sections"):
        answers = [(each.draft, each.request) for each in sections if each.draft]
        return {
            "parts": [part for part, _ in answers],
            "asked": [request for _, request in answers],
            "best": None,
            "left": [*state.get("left", []), *(_without_vote(sections) if state["customer_id"] else ())],
        }
    if draft := state.get("draft"):
        return {"parts": [draft], "asked": [state["request"]], "best": None, "left": []}
    raise ValueError("there is nothing to send")


def _without_vote(sections: list[SectionResult]) -> Iterator[Left]:
    for each in sections:
        acts = each.draft is None or each.draft.action is not None
        if not acts and business().long_path(each.request, each.route) == "vote":
            yield Left(reason=NO_VOTE, request=each.request)
