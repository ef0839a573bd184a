"""What the judge did, and how far it agrees with our labels."""

from typing import cast

import pytest

from evals.agreement import judge_report
from evals.records import JudgedCell


def cell(
    example: str, *, judged: bool | None, label: bool, cost: float | None = 0.5, repetition: int = 1
) -> JudgedCell:
    verdict = None if judged is None else "pass" if judged else "fail"
    mark = {
        "model": "m",
        "rubric": "r",
        "verdict": verdict,
        "reason": "",
        "error": None,
        "tokens": 10,
        "cost_usd": cost,
    }
    scores = {"task_completion": label} | ({} if judged is None else {"judged": judged})
    return cast("JudgedCell", {"example_id": example, "repetition": repetition, "scores": scores, "judge": mark})


CELLS = [
    *(cell(f"a{at}", judged=True, label=True) for at in range(4)),
    *(cell(f"b{at}", judged=False, label=False) for at in range(3)),
    *(cell(f"c{at}", judged=True, label=False) for at in range(2)),
    cell("d", judged=False, label=True),
]


def test_kappa_is_agreement_beyond_chance() -> None:
    report = judge_report(CELLS)
    assert report is not None
    agreed, chance = 0.7, 0.6 * 0.5 + 0.4 * 0.5
    assert report["kappa"]["mean"] == pytest.approx((agreed - chance) / (1 - chance), abs=1e-4)
    assert report["kappa"]["n"] == 10


def test_repetitions_are_no_observations_of_their_own() -> None:
    more = [cell(f"a{at}", judged=False, label=True, repetition=2) for at in range(4)]
    once, again = judge_report(CELLS), judge_report([*CELLS, *more])
    assert once is not None
    assert again is not None
    assert (once["kappa"], once["verdicts"], again["verdicts"]) == (again["kappa"], 10, 14)


def test_errors_cost_tokens_and_agree_with_nothing() -> None:
    report = judge_report([*CELLS, cell("e", judged=None, label=True)])
    assert report is not None
    assert (report["errors"], report["tokens"], report["kappa"]["n"]) == (1, 110, 10)
    assert report["cost_usd"] == pytest.approx(5.5)


def test_an_unknown_price_makes_the_cost_unknown() -> None:
    report = judge_report([*CELLS, cell("e", judged=True, label=True, cost=None)])
    assert report is not None
    assert report["cost_usd"] is None
