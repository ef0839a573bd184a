"""Evaluators: scores of an answer against its expectation. Functions of values.

A score that is true or false counts towards a proportion, a number from 0 to 1 towards a mean.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from baton.storage.records import RunSummary, StepAttempt
from evals.dataset import Expected
from evals.records import Scores

KEYS = ("id", "kind", "name", "quote", "value")
"""The fields that identify an object in a list: those of them that every expected object has."""


def answer_of(run: RunSummary, steps: Sequence[StepAttempt]) -> dict[str, Any]:
    """Return a run's resolution; of a run that waits for a person its last draft and the actions in question."""
    if run["status"] != "waiting":
        return dict(run["output"] or {})
    outputs: dict[str, Any] = {}
    for step in steps:
        outputs |= step["output"] if isinstance(step["output"], dict) else {}
    draft = outputs.get("draft")
    requests = [request for each in run["waiting_for"] for request in each["action_requests"]]
    return {
        **{name: outputs[name] for name in ("route", "confidence") if name in outputs},
        "outcome": "waiting",
        "citations": draft.get("citations", []) if isinstance(draft, dict) else [],
        "actions": [{"name": request["name"], "status": "proposed"} for request in requests],
    }


def final_scores(expected: Expected, answer: dict[str, Any]) -> Scores:
    """Return the scores of a resolution: whether route, outcome and actions are right, and measures of citations."""
    scores: Scores = {}
    if expected.route is not None:
        scores["route"] = answer.get("route") == expected.route
    if expected.outcome is not None:
        scores["outcome"] = answer.get("outcome") == expected.outcome
    if expected.citations is not None:
        citations = agreement(expected.citations, list(dict.fromkeys(answer.get("citations") or [])))
        scores |= {f"citations_{name}": citations[name] for name in ("recall", "precision")}
    if expected.actions is not None:
        names = [action["name"] for action in answer.get("actions") or []]
        scores["actions"] = sorted(names) == sorted(expected.actions)
    if expected.says:
        scores["says"] = sum(_contains(answer.get("reply") or "", each) for each in expected.says) / len(expected.says)
    return scores


def step_scores(expected: Expected, steps: Sequence[StepAttempt]) -> dict[str, Scores]:
    """Return the scores of each expected step by its last output; a step that was not reached has an empty output.

    Voters are scored one by one; of a loop the first draft and the best one are.
    """
    finished = [each for each in steps if each["status"] == "done"]
    wrote = {each["step"]: each["output"] for each in finished}
    scores = {step: dict(_value_scores("", fields, wrote.get(step))) for step, fields in expected.steps.items()}
    outputs = [each["output"] for each in finished if isinstance(each["output"], dict)]
    return {**scores, **_vote_scores(expected, outputs), **_draft_scores(expected, outputs)}


def _vote_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Return whether tally and voters were right about `fraud`, and the tally's gain over each voter (-1, 0 or 1).

    An unsure voter is not right, and neither is a tally without a quorum.
    """
    tallies = [each["tally"] for each in outputs if "tally" in each]
    if expected.fraud is None or not tallies:
        return {}
    side = "yes" if expected.fraud else "no"
    voters: Scores = {vote["view"]: vote["answer"] == side for vote in tallies[-1]["votes"]}
    fraud = tallies[-1]["fraud"]
    tally: Scores = {"fraud": fraud is expected.fraud, "decided": fraud is not None}
    if fraud is not None:
        tally["fraud_decided"] = fraud is expected.fraud
    gains = {f"over_{view}": float(tally["fraud"]) - float(right) for view, right in voters.items()}
    return {"vote": voters, "tally": {**tally, **gains}}


def _draft_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Return the scores of the first draft and of the best one, with the gains of the best."""
    drafts = [each["draft"] for each in outputs if "draft" in each]
    bests = [each["best"] for each in outputs if "best" in each]
    if not drafts or not bests:
        return {}
    reply_only = expected.model_copy(update={"route": None, "outcome": None, "actions": None})
    first, best = final_scores(reply_only, drafts[0]), final_scores(reply_only, bests[-1])
    return {"draft": first, "best": {**best, **{f"{name}_gain": best[name] - first[name] for name in best}}}


def _contains(text: str, wanted: str) -> bool:
    """Return whether a text holds `wanted`, not as a part of a longer word or number."""
    pattern = rf"(?<![\w.,]){re.escape(wanted)}(?!\w|[.,][0-9])"
    return re.search(pattern, " ".join(text.split()), re.IGNORECASE) is not None


def agreement(expected: Sequence[Any], given: Sequence[Any]) -> dict[str, float]:
    """Return precision, recall and F1 of `given`; each is 1 where both lists are empty.

    Precision is 0, not undefined, where only `given` is empty: else an empty answer would cost nothing.
    """
    if not expected and not given:
        return {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    hits = (Counter(map(_hashable, expected)) & Counter(map(_hashable, given))).total()
    precision = hits / len(given) if given else 0.0
    recall = hits / len(expected) if expected else 1.0
    return {"precision": precision, "recall": recall, "f1": 2 * hits / (len(expected) + len(given))}


def _value_scores(name: str, expected: Any, given: Any) -> Iterator[tuple[str, bool | float]]:
    """Yield the scores of one value: an object field by field, a list by agreement, anything else by equality."""
    if isinstance(expected, dict):
        fields = given if isinstance(given, dict) else {}
        for field, value in expected.items():
            yield from _value_scores(f"{name}.{field}" if name else field, value, fields.get(field))
    elif isinstance(expected, list):
        measures = agreement(*_identities(expected, given if isinstance(given, list) else []))
        yield from ((f"{name}_{measure}", value) for measure, value in measures.items())
    else:
        yield name, given == expected and isinstance(given, bool) == isinstance(expected, bool)


def _identities(expected: list[Any], given: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return both lists with each object reduced to its identifying fields; without such fields unchanged."""
    if not all(isinstance(each, dict) for each in [*expected, *given]):
        return expected, given
    keys = [key for key in KEYS if expected and all(key in each for each in expected)]
    if not keys:
        return expected, given
    return [[each[key] for key in keys] for each in expected], [[each.get(key) for key in keys] for each in given]


def _hashable(value: Any) -> Any:
    """Return the value in a form that can be counted."""
    if isinstance(value, dict):
        return tuple(sorted((key, _hashable(each)) for key, each in value.items()))
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
