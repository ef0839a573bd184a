"""The worst examples of an experiment: harm first, then tasks that were not completed. Functions of values."""

from collections.abc import Sequence
from typing import Any

from evals.examples import Example, Expected
from evals.records import JudgedCell, WorstExample, is_harm


def worst_examples(results: Sequence[JudgedCell], examples: Sequence[Example], most: int) -> list[WorstExample]:
    """Return at most `most` examples, each once with its worst run; those without a fault are left out."""
    by_id = {each.id: each for each in examples}
    faulty = sorted((each for each in results if wrong_scores(each) and each["example_id"] in by_id), key=_rank)
    first = {each["example_id"]: each for each in reversed(faulty)}
    chosen = [each for each in faulty if first[each["example_id"]] is each][:most]
    return [_worst(each, by_id[each["example_id"]]) for each in chosen]


def wrong_scores(result: JudgedCell) -> list[str]:
    """Return the names of the scores that are not full, or that are a harm."""
    scores = result["scores"].items()
    wrong = [name for name, score in scores if (score > 0 if is_harm(name) else score < 1)]
    return [*wrong, "no answer"] if result["outcome"] is None else wrong


def _rank(result: JudgedCell) -> tuple[bool, bool, float]:
    scores = result["scores"]
    quality = [float(score) for name, score in scores.items() if not is_harm(name)]
    mean = sum(quality) / len(quality) if quality else 0.0
    return not scores.get("harm", False), bool(scores.get("task_completion", False)), mean


def _worst(result: JudgedCell, example: Example) -> WorstExample:
    return {
        "example": example.id,
        "thread_id": result["thread_id"],
        "message": example.inputs.message,
        "expected": _expected_words(example.expected),
        "came": _came_words(result),
        "wrong": wrong_scores(result),
        "blame": result["blame"],
        "path": result["path"],
        "reply": result["reply"],
        "error": result["error"],
    }


def _expected_words(expected: Expected) -> str:
    parts = [expected.outcome, expected.route and f"route {expected.route}", _list("cites", expected.citations)]
    parts += [_list("actions", [_action_words(each.name, each.args) for each in expected.actions or []])]
    return "; ".join(filter(None, [*parts, _list("says", expected.says), _list("not", expected.says_not)]))


def _came_words(result: JudgedCell) -> str:
    actions = [f"{_action_words(each['name'], each.get('args') or {})} {each['status']}" for each in result["actions"]]
    route = result["route"] and f"route {result['route']}"
    parts = [result["outcome"] or result["error"] or "no answer", route, _list("cites", result["citations"])]
    return "; ".join(filter(None, [*parts, _list("actions", actions), result["reply"] and f'"{result["reply"]}"']))


def _action_words(name: str, args: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value}' for key, value in args.items())})"


def _list(name: str, values: Sequence[str] | None) -> str | None:
    return f"{name} {', '.join(values)}" if values else None
