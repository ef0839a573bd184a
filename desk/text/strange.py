"""What a reply holds that none of its sources holds, and that a customer could come to harm by."""

from collections.abc import Collection, Iterator

from desk.text.contents import KINDS, compact
from desk.text.disguise import hidden_in, scripts_in
from desk.text.inner import inner_words_in
from desk.text.names import people_in, words_of


def strange_in(reply: str, sources: Collection[str], own: Collection[str], names: Collection[str]) -> str | None:
    """Return the first strange thing in a reply in words, or None; see `Reader.strange_contents`."""
    if hidden := hidden_in(reply):
        return f"the reply holds a hidden or disguised character: {hidden}"
    known = "\n\n".join(sources)
    if scripts := scripts_in(reply) - scripts_in(known):
        return f"the reply is written in letters that no source has: {min(scripts).lower()}"
    if words := inner_words_in(reply) - inner_words_in(known):
        return f"the reply tells of the desk's own rules: {min(words)}"
    values = {compact(each) for each in own}
    if named := next((f"{kind}: {item}" for kind, item in _unknown(reply, known) if compact(item) not in values), None):
        return f"the reply holds {named}"
    return _stranger(reply, " ".join([known, *names]))


def _unknown(reply: str, known: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a reply that the known texts do not hold, with its kind."""
    for kind, items_in in KINDS.items():
        if items := items_in(reply):
            yield from ((kind, each) for each in sorted(items - items_in(known)))


def _stranger(reply: str, known: str) -> str | None:
    """Return the fault of a reply that names somebody of whom the known texts do not hold every word."""
    if not (people := people_in(reply)):
        return None
    words = words_of(known)
    strangers = (each for each in people if not words_of(each) <= words)
    return next((f"the reply names somebody or something that no source names: {each}" for each in strangers), None)
