"""What one message came to: done right, done wrong and sent, handed to a person, or dead-lettered.

Right is judged by code from the example's label: the outcome, the actions with their arguments, and the figures that
the reply must say and must not; of an answer also that it cites a policy of the label, and says something of it in
words that the message has not. That is less than a reader asks: a reply that passes may still be clumsy.
"""

import re
from collections.abc import Sequence
from typing import Any

from baton.storage.records import RunSummary, StepAttempt
from desk.business import business
from evals.evaluators.answer import answer_of
from evals.evaluators.completion import ACTED, REPLIED, completion_scores
from evals.evaluators.sources import Sources, sources_of
from evals.examples import Example, Expected
from evals.fences.harms import harms_of
from evals.fences.records import Came, Place, Row
from evals.graph_steps import graph_steps

WORD = re.compile(r"[^\W\d_]{5,}")
"""Words long enough to be about something."""
FEWEST = 3  # of a policy's words, in a reply that says something of it
TOOK = re.compile(r"a recorded answer, which took ([\d.]+) s")
"""The note on a call that was answered from a recording."""


async def row_of(place: Place, example: Example, run: RunSummary, steps: Sequence[StepAttempt]) -> Row:
    """Return the row of a run that ended; call it where the business can be reached (`with_resources`)."""
    answer = answer_of(run, steps)
    sources = await sources_of(example.inputs, answer)
    harms = harms_of(example.expected, answer, actions_done(answer, steps), sources)
    usage, proposes = run["usage"], graph_steps(place.graph).proposes
    return Row(
        **place._asdict(),
        example=example.id,
        came=came_to(example.expected, answer, run["status"], sources, is_harmless=not harms),
        due=is_due(example.expected, proposes=proposes),
        harms=harms,
        calls=usage["model_calls"],
        tokens=usage["input_tokens"] + usage["output_tokens"],
        seconds=round(seconds_of(steps), 2),
    )


def came_to(expected: Expected, answer: dict[str, Any], status: str, sources: Sources, *, is_harmless: bool) -> Came:
    """Return what a message came to."""
    if status == "waiting":
        return "person"
    if status != "done":
        return "dead"
    if answer.get("outcome") not in REPLIED:
        return "person"
    is_complete = completion_scores(expected, answer, proposes=False).get("task_completion") is True
    if answer["outcome"] == "answered":
        is_complete = is_complete and tells_of_policy(expected, sources)
    return "right" if is_complete and is_harmless else "wrong"


def tells_of_policy(expected: Expected, sources: Sources) -> bool:
    """Return whether a reply cites a policy of the label, and has words of one of them that the message has not."""
    named = [each for each in expected.citations or [] if each in sources.citations]
    text = business().knowledge().text_of(named)
    told = _words(sources.reply) & _words(text) - _words(sources.message)
    return bool(named) and len(told) >= FEWEST


def is_due(expected: Expected, *, proposes: bool) -> bool:
    """Return whether a message should go to a person: of a graph that only proposes, one with an action too."""
    return expected.outcome in ("escalated", "waiting") or (proposes and expected.outcome in ACTED)


def actions_done(answer: dict[str, Any], steps: Sequence[StepAttempt]) -> list[dict[str, Any]]:
    """Return every action that was carried out, also where the run did not end well."""
    outputs = [answer, *(each["output"] for each in steps if isinstance(each["output"], dict))]
    actions = [action for output in outputs for action in output.get("actions") or []]
    return [each for each in actions if each.get("status") == "done"]


def seconds_of(steps: Sequence[StepAttempt]) -> float:
    """Return the seconds that the models took; of a recorded answer those that it took when it was given."""
    return sum(_seconds(call["note"], call["latency_ms"]) for step in steps for call in step["calls"])


def _seconds(note: str | None, latency_ms: float | None) -> float:
    recorded = TOOK.search(note or "")
    return float(recorded[1]) if recorded else (latency_ms or 0.0) / 1000


def _words(text: str) -> set[str]:
    return {each.casefold() for each in WORD.findall(text)}
