"""Evaluators: what was expected against what came out, as scores. Functions of values.

A score that is true or false counts towards a proportion, a number from 0 to 1 towards a mean.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from baton.storage.records import RunSummary, StepAttempt
from evals.dataset import Expected

Scores = dict[str, bool | float]
KEYS = ("id", "kind", "name", "quote", "value")
"""What identifies an object in a list: of these, the fields that every expected object has."""


def answer_of(run: RunSummary, steps: Sequence[StepAttempt]) -> dict[str, Any]:
    """A run's resolution. One that waits for a person has none yet: then what its steps wrote, and what it asks."""
    if run["status"] != "waiting":
        return dict(run["output"] or {})
    written: dict[str, Any] = {}
    for step in steps:
        written |= step["output"] if isinstance(step["output"], dict) else {}
    draft = written.get("draft")
    asked = [request for each in run["waiting_for"] for request in each["action_requests"]]
    return {
        **{name: written[name] for name in ("route", "confidence") if name in written},
        "outcome": "waiting",
        "citations": draft.get("citations", []) if isinstance(draft, dict) else [],
        "actions": [{"name": request["name"], "status": "proposed"} for request in asked],
    }


def final_scores(expected: Expected, answer: dict[str, Any]) -> Scores:
    """Scores of a resolution: whether route, outcome and names of actions are right, and how good the citations are."""
    scores: Scores = {}
    if expected.route is not None:
        scores["route"] = answer.get("route") == expected.route
    if expected.outcome is not None:
        scores["outcome"] = answer.get("outcome") == expected.outcome
    if expected.citations is not None:
        found = agreement(expected.citations, list(dict.fromkeys(answer.get("citations") or [])))
        scores |= {f"citations_{name}": found[name] for name in ("recall", "precision")}
    if expected.actions is not None:
        names = [action["name"] for action in answer.get("actions") or []]
        scores["actions"] = sorted(names) == sorted(expected.actions)
    if expected.says:
        scores["says"] = sum(_holds(answer.get("reply") or "", each) for each in expected.says) / len(expected.says)
    return scores


def step_scores(expected: Expected, steps: Sequence[StepAttempt]) -> dict[str, Scores]:
    """Scores of each expected step by what it wrote last; a step that was not reached wrote nothing.

    Where voters voted, each is scored by itself, and where a best draft was kept, it and the first one.
    """
    done = [each for each in steps if each["status"] == "done"]
    wrote = {each["step"]: each["output"] for each in done}
    scores = {step: dict(_compared("", fields, wrote.get(step))) for step, fields in expected.steps.items()}
    outputs = [each["output"] for each in done if isinstance(each["output"], dict)]
    return {**scores, **_vote_scores(expected, outputs), **_draft_scores(expected, outputs)}


def _vote_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Whether the tally and each voter were right about `fraud`, and what the tally gained over each (-1, 0 or 1).

    Whoever is unsure, or a tally without a quorum, has not found it out: that is not right.
    """
    tallies = [each["tally"] for each in outputs if "tally" in each]
    if expected.fraud is None or not tallies:
        return {}
    side = "yes" if expected.fraud else "no"
    voters: Scores = {vote["view"]: vote["answer"] == side for vote in tallies[-1]["votes"]}
    found = tallies[-1]["fraud"]
    tally: Scores = {"fraud": found is expected.fraud, "decided": found is not None}
    if found is not None:
        tally["fraud_decided"] = found is expected.fraud
    gains = {f"over_{view}": float(tally["fraud"]) - float(right) for view, right in voters.items()}
    return {"vote": voters, "tally": {**tally, **gains}}


def _draft_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Scores of the first draft and of the best one that was kept, with what that gained."""
    drafts = [each["draft"] for each in outputs if "draft" in each]
    kept = [each["best"] for each in outputs if "best" in each]
    if not drafts or not kept:
        return {}
    judged = expected.model_copy(update={"route": None, "outcome": None, "actions": None})
    first, best = final_scores(judged, drafts[0]), final_scores(judged, kept[-1])
    return {"draft": first, "best": {**best, **{f"{name}_gain": best[name] - first[name] for name in best}}}


def _holds(text: str, wanted: str) -> bool:
    """Whether a text says something, not as a part of a longer word or number."""
    found = rf"(?<![\w.,]){re.escape(wanted)}(?!\w|[.,][0-9])"
    return re.search(found, " ".join(text.split()), re.IGNORECASE) is not None


def agreement(expected: Sequence[Any], given: Sequence[Any]) -> dict[str, float]:
    """Precision, recall and F1 of `given`; each is 1 where nothing was expected and nothing given.

    Precision is 0, not undefined, where something was expected and nothing given: else silence would cost nothing.
    """
    if not expected and not given:
        return {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    hits = (Counter(map(_frozen, expected)) & Counter(map(_frozen, given))).total()
    precision = hits / len(given) if given else 0.0
    recall = hits / len(expected) if expected else 1.0
    return {"precision": precision, "recall": recall, "f1": 2 * hits / (len(expected) + len(given))}


def _compared(name: str, expected: Any, given: Any) -> Iterator[tuple[str, bool | float]]:
    """Scores of one value by its kind: an object field by field, a list by agreement, all else exactly."""
    if isinstance(expected, dict):
        fields = given if isinstance(given, dict) else {}
        for field, value in expected.items():
            yield from _compared(f"{name}.{field}" if name else field, value, fields.get(field))
    elif isinstance(expected, list):
        found = agreement(*_keyed(expected, given if isinstance(given, list) else []))
        yield from ((f"{name}_{measure}", value) for measure, value in found.items())
    else:
        yield name, given == expected and isinstance(given, bool) == isinstance(expected, bool)


def _keyed(expected: list[Any], given: list[Any]) -> tuple[list[Any], list[Any]]:
    """Objects reduced to what identifies them; other values, and objects without such fields, as they are."""
    if not all(isinstance(each, dict) for each in [*expected, *given]):
        return expected, given
    keys = [key for key in KEYS if expected and all(key in each for each in expected)]
    if not keys:
        return expected, given
    return [[each[key] for key in keys] for each in expected], [[each.get(key) for key in keys] for each in given]


def _frozen(value: Any) -> Any:
    """A value that can be counted."""
    if isinstance(value, dict):
        return tuple(sorted((key, _frozen(each)) for key, each in value.items()))
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
