"""What each pattern completed in the bake-off on file: beside its cost, what it buys. Light on purpose."""

import json
from dataclasses import dataclass
from typing import Any

from app.questions import BASELINE, COSTS


@dataclass(frozen=True, slots=True)
class Completion:
    """The share of tasks that a pattern completed, with its 95 % interval, and that of a single call.

    `dataset` names the file and the half of it, `measured` is the day, `model` names the models that answered.
    """

    mean: float
    ci95: list[float | None]
    single_call: float | None
    messages: int
    dataset: str
    measured: str
    model: str

    @property
    def is_offline(self) -> bool:
        """Whether the offline model answered: the figure then says nothing about language models."""
        return "local:" in self.model

    @property
    def text(self) -> str:
        """The share with its interval: `0.36 (0.27 to 0.45)`."""
        low, high = self.ci95
        return f"{self.mean:.2f}" + ("" if low is None or high is None else f" ({low:.2f} to {high:.2f})")


def completion_of(name: str) -> Completion | None:
    """Return what a pattern completed as `benchmarks.pattern_completion` wrote it; None where it was not measured."""
    bakeoff: dict[str, Any] = json.loads(COSTS.read_text("utf-8")).get("bakeoff", {"graphs": {}})
    graphs: dict[str, dict[str, Any]] = bakeoff["graphs"]
    if name not in graphs:
        return None
    return Completion(
        **graphs[name],
        single_call=graphs.get(BASELINE, {}).get("mean"),
        **{key: bakeoff[key] for key in ("messages", "dataset", "measured", "model")},
    )
