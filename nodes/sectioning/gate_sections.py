"""Gate: every request consists of sentences of the message, or parts of them, and no request is there twice."""

import re
from collections.abc import Iterator

from langgraph.runtime import Runtime

from desk.business import business, knowledge
from state.context import Context
from state.gates import gate_or_person
from state.sectioning import GateSectionsInput, GateSectionsUpdate

SHOWN = 60  # characters of a request in a complaint
PART = re.compile(r"(?<=[.!?;])\s+|\n+")
WORD = re.compile(r"[^\W_]+(?:['.,@/:-][^\W_]+)*")


async def gate_sections(state: GateSectionsInput, runtime: Runtime[Context]) -> GateSectionsUpdate:
    """Return the gate's report and the requests admitted, up to the cap; after a second fault a person looks.

    What the split left out is a request too, the last one; a single request is worked as the whole message.
    """
    requests, message = state["requests"], state["request"]
    fault = next(_faults(message, requests), None)
    report = gate_or_person("gate_sections", fault, state.get("repaired", []))
    if fault:
        return {**report, "requests": requests, "admitted": []}
    found = [*requests, *business().reader.left_out(message, requests, await knowledge())]
    sound = found if len(found) > 1 else [message]
    return {**report, "requests": sound, "admitted": sound[: runtime.context.sections]}


def _faults(message: str, requests: list[str]) -> Iterator[str]:
    """Yield each fault of the requests in words."""
    if not requests:
        yield "there must be at least one request"
    text, earlier = f" {_plain_words(message)} ", set[str]()
    for request in requests:
        words = _plain_words(request) or request.strip()
        if not words or (not _plain_words(request) and words not in message):
            yield f"the message does not say {request[:SHOWN]!r}"
        if words in earlier:
            yield f"the request {request[:SHOWN]!r} stands twice"
        earlier.add(words)
    for part in dict.fromkeys(part for request in requests for part in PART.split(request)):
        yield from _inventions(text, part)


def _inventions(text: str, part: str) -> Iterator[str]:
    """Yield the fault of one sentence of a request: the message does not say it, or its negation was cut off."""
    words = f" {_plain_words(part)} "
    if not words.strip():
        return
    occurs = False
    for match in re.finditer(re.escape(words), text):
        occurs = True
        if not business().reader.denies(text[: match.start()]):
            return
    yield f"a negation was cut off before {part[:SHOWN]!r}" if occurs else f"the message does not say {part[:SHOWN]!r}"


def _plain_words(text: str) -> str:
    """Return the words of a text in lower case, one blank between them, without punctuation."""
    return " ".join(WORD.findall(text.lower().replace("\u2019", "'")))
