"""The recommendation on made-up runs: the simplest that meets the targets and is not significantly worse."""

from collections.abc import Sequence
from typing import Any, cast

from evals.bakeoff.records import BakeoffResult
from evals.bakeoff.result import Entrant, bakeoff_result, by_simplicity
from evals.bakeoff.targets import targets_of
from evals.cells import Experiment
from evals.records import JudgedCell, Scores

LADDER = ["simple", "middling", "clever"]
METRIC = "task_completion"


def entrant(graph: str, right: Sequence[bool], latency_ms: float = 100.0, *, errors: int = 0, harm: int = 0) -> Entrant:
    """A graph that got these examples right; the last of them ended in errors, the first did harm."""
    results = []
    for at, each in enumerate(right):
        status = "failed" if at >= len(right) - errors else "done"
        told = {"example_id": str(at), "example_hash": "", "repetition": 1, "status": status, "reason": None}
        scores: Scores = {METRIC: each, "harm": at < harm}
        measured: dict[str, Any] = {
            "latency_ms": latency_ms,
            "tokens": 1000,
            "cost_usd": None,
            "steps": {},
            "blame": None,
        }
        answer = {"confidence": None, "outcome": "answered", "scores": scores}
        results.append(cast("JudgedCell", {**told, **measured, **answer}))
    experiment = Experiment(graph, graph, "d.jsonl", None, {}, {"strong": "openai:x"}, "", 0.0, len(right), 1, 0)
    return Entrant(experiment, results)


def decided(*entrants: Entrant, targets: Sequence[str] = ()) -> BakeoffResult:
    return bakeoff_result("b", by_simplicity(entrants, LADDER), METRIC, targets_of(targets, METRIC))


def share(right: int, of: int = 100) -> list[bool]:
    return [at < right for at in range(of)]


def test_the_simplest_wins_where_the_best_is_ahead_by_chance() -> None:
    result = decided(entrant("clever", share(82)), entrant("simple", share(80)), entrant("middling", share(30)))
    assert [each["graph"] for each in result["graphs"]] == LADDER
    chosen = result["recommendation"]
    assert (chosen["pattern"], chosen["best"], chosen["because"]) == ("simple", "clever", "good_enough")
    assert (
        "It is the simplest of all 3 that is not significantly worse than the best of them, clever." in chosen["says"]
    )
    assert "Difference to clever: -0.020 (95 % interval" in chosen["says"]


def test_the_best_wins_where_every_simpler_one_is_significantly_worse() -> None:
    result = decided(entrant("simple", share(50)), entrant("middling", share(60)), entrant("clever", share(90)))
    chosen = result["recommendation"]
    assert (chosen["pattern"], chosen["because"]) == ("clever", "best")
    assert "It is the best of all 3; every simpler one is significantly worse." in chosen["says"]


def test_of_equals_the_simplest_is_the_best() -> None:
    chosen = decided(entrant("clever", share(70)), entrant("simple", share(70)))["recommendation"]
    assert (chosen["pattern"], chosen["best"]) == ("simple", "simple")
    assert "It is the best of all 2, and the simplest." in chosen["says"]


def test_the_best_that_misses_a_target_sets_no_bar() -> None:
    slow, quick = entrant("clever", share(95), 5000.0), entrant("simple", share(60))
    chosen = decided(slow, quick, targets=["p95_ms=1000"])["recommendation"]
    assert (chosen["pattern"], chosen["best"]) == ("simple", "simple")
    assert "clever comes to 0.950 (0.888 to 0.979), but misses p95_ms." in chosen["says"]


def test_a_target_that_is_met_but_not_for_sure_is_named() -> None:
    chosen = decided(entrant("simple", share(82)), targets=["task_completion=0.8", "p95_ms=200"])["recommendation"]
    assert chosen["pattern"] == "simple"
    assert "It meets task_completion 0.800, but not for sure: its interval, 0.733 to 0.883," in chosen["says"]
    assert "p95_ms" not in chosen["says"]


def test_where_none_meets_the_targets_it_is_said_how_far_they_come() -> None:
    graphs = entrant("simple", share(50)), entrant("clever", share(78))
    chosen = decided(*graphs, targets=["task_completion=0.8", "cost_usd=0.01"])["recommendation"]
    assert (chosen["pattern"], chosen["best"], chosen["because"]) == (None, None, "targets_missed")
    assert "task_completion: the best is clever with 0.780" in chosen["says"]
    assert "its interval reaches the target, so more examples may change that" in chosen["says"]
    assert "cost_usd is not known of any of them." in chosen["says"]
    assert "The nearest is clever, which misses task_completion and cost_usd." in chosen["says"]


def test_a_loss_that_counts_alone_but_not_among_many_is_told() -> None:
    others = [entrant(name, share(76)) for name in ("middling", "third", "fourth", "fifth", "sixth")]
    chosen = decided(entrant("simple", share(74)), *others, entrant("clever", share(80)))["recommendation"]
    assert (chosen["pattern"], chosen["best"]) == ("simple", "clever")
    assert "p = 0.188 corrected for 6 comparisons, 100 examples)" in chosen["says"]
    assert "Taken alone it would count as worse" in chosen["says"]


def test_of_five_examples_nothing_is_concluded_and_of_six_something() -> None:
    few = [entrant("simple", share(0, 5)), entrant("clever", share(5, 5))]
    assert decided(*few)["recommendation"]["because"] == "too_few_examples"
    more = [entrant("simple", share(0, 6)), entrant("clever", share(6, 6))]
    assert decided(*more)["recommendation"]["pattern"] == "clever"


def test_where_nothing_is_right_there_is_nothing_to_choose() -> None:
    chosen = decided(entrant("simple", share(0)), entrant("clever", share(0)))["recommendation"]
    assert (chosen["pattern"], chosen["because"]) == (None, "nothing_right")


def test_harm_is_counted_apart_and_told() -> None:
    result = decided(entrant("simple", share(80), harm=2))
    assert result["graphs"][0]["harm"] == 2
    assert (
        "It did harm in 2 runs, which no average makes good: look at them (baton eval show simple)."
        in (result["recommendation"]["says"])
    )
    spotless = decided(entrant("simple", share(80), harm=2), entrant("clever", share(70)), targets=["harm=0"])
    assert spotless["recommendation"]["pattern"] == "clever"


def test_a_graph_without_any_answer_is_never_taken() -> None:
    result = decided(entrant("simple", share(40, 40), errors=40), entrant("clever", share(20, 40)))
    assert result["recommendation"]["pattern"] == "clever"
    assert result["graphs"][0]["to_best"] is None


def test_tokens_are_counted_for_each_completed_task() -> None:
    [figures] = decided(entrant("simple", share(25)))["graphs"]
    assert (figures["tokens"]["mean"], figures["tokens_each"]) == (1000, 4000)


def test_what_the_ladder_does_not_name_comes_after_it_in_its_own_order() -> None:
    entrants = [entrant(name, share(1)) for name in ("z", "clever", "a", "simple")]
    assert [each.experiment.graph for each in by_simplicity(entrants, LADDER)] == ["simple", "clever", "z", "a"]
