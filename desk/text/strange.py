"""What a reply holds that none of its sources holds, and that a customer could come to harm by."""

from collections.abc import Collection, Iterator

from desk.text.contents import KINDS, compact
from desk.text.disguise import hidden_in, scripts_in
from desk.text.inner import inner_words_in
from desk.text.names import people_in, words_of


def strange_in(reply: str, sources: Collection[str], own: Collection[str], names: Collection[str]) -> str | None:
    """Return the first strange thing in a reply in words, or None; see `Reader.strange_contents`."""
    known = "\n\n".join(sources)
    if fault := strange_letters_in(reply, known):
        return fault
    if words := inner_words_in(reply) - inner_words_in(known):
        return f"the reply tells of the desk's own rules: {min(words)}"
    return strange_items_in(reply, known, own) or _stranger(reply, " ".join([known, *names]))


def strange_letters_in(reply: str, known: str) -> str | None:
    """Return in words a character that is not seen or disguised, or letters that the known text has none of, or None.

    It holds in every language, as `strange_items_in` does.
    """
    if hidden := hidden_in(reply):
        return f"the reply holds a hidden or disguised character: {hidden}"
    scripts = scripts_in(reply) - scripts_in(known)
    return f"the reply is written in letters that no source has: {min(scripts).lower()}" if scripts else None


def strange_items_in(reply: str, known: str, own: Collection[str]) -> str | None:
    """Return in words a link, an address, a number or markup that neither the known text nor a value has, or None."""
    values = {compact(each) for each in own}
    items = (f"{kind}: {item}" for kind, item in _unknown(reply, known) if compact(item) not in values)
    return next((f"the reply holds {each}" for each in items), None)


def _unknown(reply: str, known: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a reply that the known text does not hold, with its kind."""
    for kind, items_in in KINDS.items():
        if items := items_in(reply):
            yield from ((kind, each) for each in sorted(items - items_in(known)))


def _stranger(reply: str, known: str) -> str | None:
    """Return the fault of a reply that names somebody of whom the known text does not hold every word."""
    if not (people := people_in(reply)):
        return None
    words = words_of(known)
    strangers = (each for each in people if not words_of(each) <= words)
    return next((f"the reply names somebody or something that no source names: {each}" for each in strangers), None)
