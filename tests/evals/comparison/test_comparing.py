"""Comparisons: verdicts, what is paired and what is not, and what is refused."""

from collections.abc import Sequence

import pytest

from baton.errors import UsageError
from benchmarks.false_alarms import CLAIMS, comparisons
from evals.comparison.cells import Cell
from evals.comparison.comparing import compare
from evals.comparison.records import Comparison
from tests.evals.comparison.sides import cell, side

CONTRACT = ["verdict", "primary", "margin", "metrics", "steps", "paired", "unpaired", "errors", "says"]
ROW = ["a", "b", "difference", "ci95", "p", "mde", "verdict", "n"]


def verdict(first: int, second: int, of: int = 100) -> str:
    """The verdict where A and B have so many right, of the same examples as far as they go."""
    sides = (side(index < right for index in range(of)) for right in (first, second))
    return compare(*sides)["verdict"]


def with_metrics(**scores: Sequence[float]) -> list[Cell]:
    """An experiment whose examples have these scores."""
    rows = [dict(zip(scores, values, strict=True)) for values in zip(*scores.values(), strict=True)]
    return [cell(f"x{index}", scores=row) for index, row in enumerate(rows)]


def test_the_object_is_what_was_promised() -> None:
    found = compare(side([True] * 10), side([True] * 9 + [False]))
    assert list(found) == CONTRACT
    assert list(found["metrics"]) == ["task_completion", "latency_ms", "tokens"]
    assert list(found["metrics"]["task_completion"]) == ROW
    assert (found["paired"], found["primary"], found["margin"]) == (10, "task_completion", 0.03)


def test_b_is_held_against_a() -> None:
    assert verdict(60, 80) == "better"
    assert verdict(80, 60) == "worse"
    assert compare(side([True] * 4 + [False] * 6), side([True] * 7 + [False] * 3))["metrics"]["task_completion"][
        "difference"
    ] == pytest.approx(0.3)


def test_what_may_be_chance_is_inconclusive() -> None:
    assert verdict(60, 65) == "inconclusive"
    assert verdict(60, 66) == "better"  # six of six: p = 0.03


def test_what_lies_within_the_margin_is_equivalent() -> None:
    assert verdict(60, 60) == "equivalent"
    assert verdict(60, 60, of=80) == "inconclusive"  # 3 in 80 may still differ, unseen
    assert compare(side([True] * 80), side([True] * 80), margin=0.05)["verdict"] == "equivalent"
    assert verdict(1_500, 1_510, of=1_500 + 500) == "equivalent"  # significant, and of no weight


@pytest.mark.parametrize("count", [1, 3, 5])
def test_of_a_handful_nothing_can_be_concluded(count: int) -> None:
    found = compare(side([False] * count), side([True] * count), margin=1)
    assert found["verdict"] == "inconclusive"
    assert found["metrics"]["task_completion"]["mde"] is None
    assert "nothing can be concluded" in found["says"]
    assert compare(side([False] * 6), side([True] * 6))["verdict"] == "better"


def test_harm_and_cost_are_better_where_there_is_less() -> None:
    first = with_metrics(task_completion=[True] * 40, harm_data=[True] * 20 + [False] * 20)
    second = with_metrics(task_completion=[True] * 40, harm_data=[False] * 40)
    assert compare(first, second)["metrics"]["harm_data"]["verdict"] == "better"
    assert compare(second, first, primary="harm_data")["verdict"] == "worse"
    slow = [cell(f"x{index}", latency_ms=900.0 + index) for index in range(40)]
    fast = [cell(f"x{index}", latency_ms=700.0 + index) for index in range(40)]
    assert compare(slow, fast, primary="latency_ms")["verdict"] == "better"


def test_the_margin_of_a_measure_is_a_share_of_it() -> None:
    first, second = ([cell(f"x{index}", tokens=tokens) for index in range(40)] for tokens in (1_000, 1_010))
    found = compare(first, second)["metrics"]["tokens"]
    assert (found["difference"], found["verdict"]) == (10, "equivalent")
    assert compare(first, second, margin=0.005)["metrics"]["tokens"]["verdict"] == "worse"


def test_all_but_the_primary_metric_are_corrected_for_their_number() -> None:
    numbers = [True] * 40
    wrong = {name: [False] * 6 + [True] * 34 for name in ("task_completion", "route", "outcome")}
    found = compare(with_metrics(**dict.fromkeys(wrong, numbers)), with_metrics(**wrong))
    assert found["verdict"] == "worse"
    assert found["metrics"]["task_completion"]["p"] == 2 / 64
    assert {name: found["metrics"][name]["verdict"] for name in ("route", "outcome")} == dict.fromkeys(
        ("route", "outcome"), "inconclusive"
    )
    assert found["metrics"]["route"]["p"] == pytest.approx(4 * 2 / 64)  # route, outcome, latency_ms, tokens


def test_steps_are_compared_one_by_one() -> None:
    first = [cell(f"x{index}", steps={"classify": {"route": True}, "old": {"x": True}}) for index in range(30)]
    second = [cell(f"x{index}", steps={"classify": {"route": index > 14}, "new": {"x": 1}}) for index in range(30)]
    found = compare(first, second)
    assert list(found["steps"]) == ["classify"]
    assert found["steps"]["classify"]["route"]["verdict"] == "worse"
    assert "worse: classify: route" in found["says"]


def test_an_example_whose_content_changed_has_no_partner() -> None:
    first = [*side([True] * 8), cell("changed", example_hash="old"), cell("gone")]
    second = [*side([True] * 8), cell("changed", example_hash="new")]
    found = compare(first, second)
    assert (found["paired"], found["unpaired"]) == (8, {"a": ["changed", "gone"], "b": ["changed"]})
    assert "Without a partner: 2 examples of A, 1 example of B." in found["says"]


def test_an_error_is_no_wrong_answer() -> None:
    found = compare(side([True] * 8 + [None, True]), side([True] * 8 + [True, None]))
    assert (found["paired"], found["errors"]) == (8, {"a": 1, "b": 1, "left_out": ["x8", "x9"]})
    assert found["metrics"]["task_completion"]["difference"] == 0
    assert "1 of A, 1 of B; 2 examples left out" in found["says"]


def test_repetitions_are_averaged_and_count_as_one_example() -> None:
    runs = [(f"x{index}", number) for index in range(10) for number in (1, 2)]
    first = [cell(example, repetition=number) for example, number in runs]
    second = [cell(example, repetition=number, right=number == 1) for example, number in runs]
    row = compare(first, second)["metrics"]["task_completion"]
    assert (row["difference"], row["n"]) == (-0.5, 10)
    amiss = [cell(example, repetition=number, right=None if number == 1 else True) for example, number in runs]
    found = compare(first, amiss)
    assert (found["paired"], found["errors"]) == (10, {"a": 0, "b": 10, "left_out": []})
    assert found["metrics"]["task_completion"]["difference"] == 0


def test_a_metric_is_compared_where_both_have_it() -> None:
    first, second = side([True] * 10), side([True] * 10)
    first[0].scores["says"] = second[0].scores["says"] = 1.0
    first[1].scores["says"] = 0.5
    assert compare(first, second)["metrics"]["says"]["n"] == 1
    priced = [cell(f"x{index}", cost_usd=0.01 if index else None) for index in range(10)]
    assert compare(priced, priced)["metrics"]["cost_usd"]["n"] == 9


@pytest.mark.parametrize(
    "first, second, why",
    [
        ([], side([True]), "experiment A has no results"),
        (side([True]), [], "experiment B has no results"),
        (side([True]), [cell("another")], "share no example"),
        (side([True]), [cell("x0", example_hash="other")], "share no example"),
        (side([True]), side([None]), "no shared example has an answer on both sides"),
    ],
)
def test_what_cannot_be_compared_is_refused(first: list[Cell], second: list[Cell], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        compare(first, second)


def test_a_metric_that_one_side_lacks_gives_no_verdict() -> None:
    with pytest.raises(
        UsageError, match=r"do not share the metric 'route'.*--primary: task_completion, latency_ms, tokens"
    ):
        compare(side([True]), [cell("x0", scores={"task_completion": True, "route": True})], primary="route")


def test_people_are_told_what_could_have_shown_and_what_is_ruled_out() -> None:
    says = compare(side([True] * 60 + [False] * 40), side([True] * 70 + [False] * 30))["says"]
    assert says.startswith(
        "B is better than A. task_completion: 0.600 in A, 0.700 in B, difference +0.100 (95 % interval +0.0"
    )
    assert "The smallest difference that this set shows in four cases of five is 0." in says
    assert "Ruled out are differences below +0.0" in says


def alarms(found: list[Comparison]) -> int:
    return sum(each["verdict"] in CLAIMS for each in found)


def test_like_is_seldom_called_better_or_worse_than_like() -> None:
    """`python -m benchmarks.false_alarms` has more repeats, and larger sets."""
    assert alarms(list(comparisons(60, 1, 40))) <= 3
    assert alarms(list(comparisons(60, 1, 10, harder=0.3))) >= 8
