"""Gate: every request is made of the message's own sentences or parts of them, and stands once."""

import re
from collections.abc import Iterator

from langgraph.runtime import Runtime

from state.context import Context
from state.gates import gate_or_person
from state.sectioning import GateSectionsInput, GateSectionsUpdate

AHEAD = 12  # characters in which a negation stands ahead
SHOWN = 60  # characters of a request in a complaint
PART = re.compile(r"(?<=[.!?;])\s+|\n+")
WORD = re.compile(r"[^\W_]+(?:['.,@/:-][^\W_]+)*")
NEGATED = re.compile(r"\b(?:not|never|no|without|cannot|\w+n't|dont|didnt|cant|wont)$")


async def gate_sections(state: GateSectionsInput, runtime: Runtime[Context]) -> GateSectionsUpdate:
    """Let the requests through, up to the cap, or say what is wrong with them; the second time a person looks.

    A single request is worked as the whole message.
    """
    requests = state["requests"]
    fault = next(_faults(state["message"], requests), None)
    report = gate_or_person("gate_sections", fault, state.get("repaired", []))
    sound = requests[: runtime.context.sections] if len(requests) > 1 else [state["message"]]
    return {**report, "admitted": sound if fault is None else []}


def _faults(message: str, requests: list[str]) -> Iterator[str]:
    if not requests:
        yield "there must be at least one request"
    said, seen = f" {_spoken(message)} ", set[str]()
    for request in requests:
        told = _spoken(request) or request.strip()
        if not told or (not _spoken(request) and told not in message):
            yield f"the message does not say {request[:SHOWN]!r}"
        if told in seen:
            yield f"the request {request[:SHOWN]!r} stands twice"
        seen.add(told)
    for part in dict.fromkeys(part for request in requests for part in PART.split(request)):
        yield from _invented(said, part)


def _invented(said: str, part: str) -> Iterator[str]:
    """What is wrong with one sentence of a request: the message does not say it, or its negation was cut off."""
    words = f" {_spoken(part)} "
    if not words.strip():
        return
    stands = False
    for found in re.finditer(re.escape(words), said):
        stands = True
        if not NEGATED.search(said, max(found.start() - AHEAD, 0), found.start()):
            return
    yield f"a negation was cut off before {part[:SHOWN]!r}" if stands else f"the message does not say {part[:SHOWN]!r}"


def _spoken(text: str) -> str:
    """The words of a text in lower case, one blank between them, without the marks."""
    return " ".join(WORD.findall(text.lower().replace("\u2019", "'")))
