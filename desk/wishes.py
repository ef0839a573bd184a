"""Wishes: what a request asks the desk to do, and what becomes of the wishes that no draft has an action for."""

from collections.abc import Iterable, Sequence

from desk.business import business
from desk.records import Action, Wish
from desk.text.quotes import quoted


def unmet_wishes(request: str, actions: Iterable[Action | None]) -> list[Wish]:
    """Return the wishes of a request for which no action is proposed."""
    proposed = {each.name for each in actions if each}
    return [each for each in business().wishes(request) if each.action not in proposed]


def wish_fault(request: str, actions: Iterable[Action | None]) -> str | None:
    """Return a fault where a request asks for an action and none at all is proposed.

    Where one is, it is seen through, and what remains is named as left to a person.
    """
    unmet = [] if any(actions) else unmet_wishes(request, [])
    return f"it asks for {', '.join(each.action for each in unmet)}, and nothing is proposed" if unmet else None


def text_on(unmet: Sequence[Wish]) -> list[str]:
    """Return the paragraph that leaves wishes to a person, in the customer's words; none without wishes."""
    words = quoted([each.words for each in unmet])
    return [business().wording.requests_left.format(requests=words)] if unmet else []


def reason_on(unmet: Sequence[Wish]) -> list[str]:
    """Return the reason why a person must look, for the person; none without wishes."""
    return [f"asked for and not done: {', '.join(each.action for each in unmet)}"] if unmet else []
