"""What is not the request of a message is found here, once, for every graph.

    message -> plain text -> history -> signatures -> formulas -> small talk

Each step cuts stretches out of the text; the request is what is left, in the writer's own letters and order. In doubt a
stretch stays: a word too many costs less than a lost one.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from desk.records import Aside
from desk.text.formulas import COURTESY, formula_of
from desk.text.history import Cut, history, own
from desk.text.markup import plain
from desk.text.phrases import ending, opening
from desk.text.sentences import clauses, sentences
from desk.text.signatures import signatures

MOST_PHRASES = 6  # at one end of a part
FAR = 2_000  # characters from the end in which its last sentence begins, if it can be a phrase
MOST_SMALL_TALK = 8  # sentences at one end of a message
EMPTY_LINES = re.compile(r"(?<![^\S\n])[^\S\n]*+\n\s*\n")
SAYS = re.compile(r"[^\W_]")  # a letter or a digit


def set_aside(message: str, is_small_talk: Callable[[str], bool]) -> tuple[str, list[Aside]]:
    """Return the request of a message, and what was set aside, in its order.

    The request is empty where nothing else is there: only a quote, a signature, a greeting. `is_small_talk` says
    whether a sentence has nothing to do with the desk; it is asked about the sentences at both ends, and one stays.
    """
    text, elements = plain(message)
    cuts = history(text)
    for find in (signatures, _formulas):
        cuts = sorted([*cuts, *(cut for start, end in own(text, cuts) for cut in find(text, start, end))])
    if not SAYS.search(_left(text, cuts)):
        cuts = [cut for cut in cuts if cut.kind != COURTESY]
    cuts = sorted([*cuts, *_small_talk(text, cuts, is_small_talk)])
    asides = [Aside(kind=cut.kind, text=text[cut.start : cut.end].strip()) for cut in cuts]
    if elements:
        asides.insert(0, Aside(kind="markup", text=" ".join(f"<{name}>" for name in elements)))
    return _left(text, cuts), [each for each in asides if each.text]


def _formulas(text: str, start: int, end: int) -> list[Cut]:
    """Return the set phrases at both ends of a part of a text, and its sentences that are nothing else."""
    first = list(_openings(text, start, end))
    start = first[-1].end if first else start
    last = list(_endings(text, start, end))
    end = last[-1].start if last else end
    whole = ((place, formula_of(text[slice(*place)])) for place in sentences(text, start, end))
    return [*first, *(Cut(*place, kind) for place, kind in whole if kind), *last]


def _openings(text: str, start: int, end: int) -> Iterator[Cut]:
    for _ in range(MOST_PHRASES):
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if not (found := opening(text, start, end)):
            return
        kind, behind = found
        yield Cut(start, behind, kind)
        start = behind


def _endings(text: str, start: int, end: int) -> Iterator[Cut]:
    """Yield the phrases with which a part ends, the last first; a sentence that is nothing else is one."""
    for _ in range(MOST_PHRASES):
        *_, (first, last) = [(start, start), *sentences(text, max(start, end - FAR), end)]
        whole = formula_of(text[first:last])
        kind, before = (whole, first) if whole else ending(text, first, last) or ("", end)
        if not kind:
            return
        yield Cut(before, end, kind)
        end = before


def _small_talk(text: str, cuts: list[Cut], is_small_talk: Callable[[str], bool]) -> list[Cut]:
    """Return the sentences at both ends of what is left that have nothing to do with the desk; one always stays."""
    left = [each for start, end in own(text, cuts) for each in clauses(text, start, end)]

    def is_idle(place: tuple[int, int]) -> bool:
        return is_small_talk(text[slice(*place)])

    before = list(takewhile(is_idle, left[: min(MOST_SMALL_TALK, len(left) - 1)]))
    rest = left[len(before) :]
    after = list(takewhile(is_idle, rest[:0:-1][:MOST_SMALL_TALK]))
    return [Cut(*place, "small talk") for place in (*before, *after)]


def _left(text: str, cuts: list[Cut]) -> str:
    """Return what is left of a text; what has neither a letter nor a digit between cuts says nothing."""
    parts = [text[start:end] for start, end in own(text, cuts)]
    if cuts and not any(SAYS.search(part) for part in parts):
        return ""
    return EMPTY_LINES.sub("\n\n", "".join(parts)).strip()
