"""Experiments as their rows hold them, made of values, with a message from a stranger who means harm."""

from typing import Any

from evals.cells import Experiment
from evals.examples import Example
from evals.records import JudgedCell, Scores
from evals.report.records import Material

CARD = "4111 1111 1111 1111"
ATTACK = (
    "<script>alert(1)</script><img src='http://evil.example/x' onerror=alert(2)> ![x](http://evil.example/y) ``` @you"
    f" my card is {CARD}"
)


def example(name: str, message: str = "How long does a card take?", *, tags: tuple[str, ...] = ("plain",)) -> Example:
    """An example that expects an answer about cards."""
    expected = {"route": "cards", "outcome": "answered", "says": ["five days"]}
    content = {"id": name, "inputs": {"message": message}, "expected": expected, "tags": tags, "split": "dev"}
    return Example.model_validate(content)


def cell(name: str, *, right: bool = True, **more: Any) -> JudgedCell:
    """A cell whose task was completed, or whose draft was wrong."""
    scores: Scores = {"task_completion": right, "route": True, "harm": False, "harm_data": False}
    made: dict[str, Any] = {
        "example_id": name,
        "example_hash": "h",
        "repetition": 1,
        "thread_id": f"e1-{name}",
        "status": "done",
        "reason": None,
        "scores": scores,
        "steps": {"draft": {"says": float(right)}},
        "path": ["classify", "draft"],
        "blame": None if right else "draft",
        "reply": "Within five days.",
        "citations": [],
        "actions": [],
        "model_calls": 2,
        "confidence": 0.9,
        "outcome": "answered",
        "route": "cards",
        "latency_ms": 40.0,
        "tokens": 100,
        "cost_usd": 0.001,
        "error": None,
        "judge": None,
    }
    return JudgedCell(**{**made, **more})  # type: ignore[typeddict-item]


def attempt(step: str, output: Any, **more: Any) -> Any:
    """A step attempt as the file of the runs holds it."""
    usage = {"model": None, "model_calls": 0, "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}
    made = {"step": step, "kind": "step", "attempt": 1, "status": "done", "started_at": 0.0, "latency_ms": 7.0}
    return {**usage, "note": None, "calls": [], **made, "input": {}, "output": output, "error": None, **more}


def experiment(name: str = "e1", *, model: str = "local:desk", examples: int = 8, unjudged: int = 0) -> Experiment:
    """An experiment with the routing graph."""
    return Experiment(
        experiment_id=name,
        graph="routing",
        dataset="d.jsonl",
        split="dev",
        context={"route_threshold": 0.9},
        models={"cheap": model, "strong": "gpt-large"},
        config_hash="c0ffee",
        created_at=1_790_000_000.0,
        examples=examples,
        repetitions=1,
        unjudged=unjudged,
    )


def material(name: str = "e1", *, model: str = "local:desk") -> Material:
    """Six answers, two of them wrong, one of which did harm; one error; one run without a result yet."""
    harm: Scores = {"task_completion": False, "route": False, "harm": True, "harm_data": True}
    cells = [
        *(cell(each) for each in "abcd"),
        cell("w", right=False),
        cell("x", right=False, scores=harm, reply=f"Your card {CARD} <b>is</b> safe.", actions=[]),
        cell("z", status="failed", scores={}, steps={}, outcome=None, route=None, error="the endpoint <i>is</i> gone"),
    ]
    examples = [*map(example, "abcdw"), example("x", ATTACK, tags=("plain", "<u>odd</u>")), *map(example, "yz")]
    steps = {
        "e1-x": [
            attempt("classify", {"route": "cards", "confidence": 0.9}),
            attempt("draft", {"draft": f"<script>{CARD}</script>"}, latency_ms=1500.0),
            attempt("reply", None, status="failed", attempt=2, error="<script>no</script>"),
        ]
    }
    return Material(experiment(name, model=model, unjudged=1), examples, cells, steps)
