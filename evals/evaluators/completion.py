"""Task completion: was the message worked as it should? One yes or no for each message, the primary metric.

Outcome, actions with their arguments, and the figures of the reply must all be right.
"""

from typing import Any

from evals.evaluators.texts import holds
from evals.examples import Expected, ExpectedAction
from evals.records import Scores

ACTED = ("acted", "waiting")
"""Outcomes of a message whose action is done at once, or waits for a person."""
REPLIED = ("answered", "acted", "declined")
"""Outcomes with a reply to the customer; every other message is held by a person."""


def completion_scores(expected: Expected, answer: dict[str, Any], *, proposes: bool) -> Scores:
    """Return `task_completion` with its parts: `outcome`, `actions`, `says` and `says_not`, where they are expected.

    A graph that only proposes actions completes a task of one that acts with the proposal, which a person carries out.
    """
    parts = {**action_scores(expected, answer), **reply_scores(expected, answer)}
    if expected.outcome is None:
        return parts
    outcome = answer.get("outcome") == ("escalated" if expected.outcome in ACTED and proposes else expected.outcome)
    return {"task_completion": outcome and all(each == 1 for each in parts.values()), "outcome": outcome, **parts}


def action_scores(expected: Expected, answer: dict[str, Any]) -> Scores:
    """Return whether the actions are the expected ones, each with its arguments, in any order."""
    if expected.actions is None:
        return {}
    return {"actions": same_actions(expected.actions, answer.get("actions") or [])}


def same_actions(expected: list[ExpectedAction], given: list[dict[str, Any]]) -> bool:
    """Return whether each expected action has a given one of its own, and none is left over but refused ones."""
    left = list(given)
    for each in expected:
        match = next((action for action in left if _is_same(each, action)), None)
        if match is None:
            return False
        left.remove(match)
    return all(action.get("status") == "refused" for action in left)


def reply_scores(expected: Expected, answer: dict[str, Any]) -> Scores:
    """Return the share of the wanted figures that the reply holds, and whether it holds no unwanted one.

    Only where the customer gets a reply: a holding text has no figures to say.
    """
    if expected.outcome is not None and expected.outcome not in REPLIED:
        return {}
    reply, scores = answer.get("reply") or "", Scores()
    if expected.says:
        scores["says"] = sum(holds(reply, each) for each in expected.says) / len(expected.says)
    if expected.says_not:
        scores["says_not"] = not any(holds(reply, each) for each in expected.says_not)
    return scores


def _is_same(expected: ExpectedAction, given: dict[str, Any]) -> bool:
    args = given.get("args") or {}
    return given.get("name") == expected.name and all(
        args.get(key) in (value if isinstance(value, list) else [value]) for key, value in expected.args.items()
    )
