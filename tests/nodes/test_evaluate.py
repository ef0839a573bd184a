"""How the loop goes on: functions of the marks and of what was the best before."""

from typing import Any, cast

import pytest

from desk.business import business
from nodes.evaluate import complete_marks, loop_update
from state.desk import Draft
from state.evaluator_optimizer import Evaluation, Mark

NUMBERS = [each.number for each in business().criteria]
OLD, NEW = (Draft(reply=text, citations=["CARD-05"], action=None) for text in ("Old.", "New."))
ALL = len(business().criteria)


def marks(met: int) -> list[Mark]:
    return [Mark(number=number, met=number <= met, reason="so") for number in NUMBERS]


def state(met: int | None = None, revised: int = 0) -> Any:
    known = {"draft": NEW, "revised": revised}
    return known if met is None else {**known, "best": OLD, "met": met, "unmet": marks(met)[met:]}


@pytest.mark.parametrize(
    "before, met, best, ends",
    [
        (state(), ALL, NEW, None),
        (state(), 0, NEW, None),
        (state(3, 1), 4, NEW, None),
        (state(3, 2), ALL, NEW, None),
        (state(3, 1), 3, OLD, "no improvement after 1 revision; not met: plain: so; short: so; honest: so"),
        (state(3, 1), 0, OLD, "no improvement after 1 revision; not met: plain: so; short: so; honest: so"),
        (state(3, 2), 5, NEW, "the cap of 2 revisions (revisions) was reached; not met: honest: so"),
    ],
)
def test_the_best_is_kept_and_the_end_has_its_reason(before: Any, met: int, best: Draft, ends: str | None) -> None:
    judged = loop_update(cast("Any", before), marks(met), cap=2)
    assert judged["best"] == best
    assert (judged["review"].reason if "review" in judged else None) == ends
    assert ("finding" in judged) is (met == ALL)
    assert judged["met"] + len(judged["unmet"]) == ALL


def test_a_criterion_left_out_or_marked_both_ways_is_not_met() -> None:
    twice = [Mark(number=2, met=True, reason="yes"), Mark(number=2, met=False, reason="no")]
    found = complete_marks(Evaluation(marks=[*marks(ALL)[2:], *twice, Mark(number=99, met=True, reason="what?")]))
    assert [mark.number for mark in found] == NUMBERS
    assert [mark.met for mark in found] == [False, False, True, True, True, True]
    assert [mark.reason for mark in found[:2]] == ["the judge did not mark it", "no"]
