"""Exact and set matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.evaluators.matches import agreement, value_scores


@pytest.mark.parametrize(
    "wanted,given,precision,recall,f1",
    [
        ([], [], 1, 1, 1),
        (["a"], [], 0, 0, 0),
        ([], ["a"], 0, 1, 0),
        (["a", "a"], ["a"], 1, 0.5, 2 / 3),
        (["a", "b"], ["b", "c", "d"], 1 / 3, 0.5, 0.4),
    ],
)
def test_agreement_of_lists(wanted: list[str], given: list[str], precision: float, recall: float, f1: float) -> None:
    assert agreement(wanted, given) == pytest.approx({"precision": precision, "recall": recall, "f1": f1})


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_agreement_is_mirrored(ones: list[int], others: list[int]) -> None:
    here, there = agreement(ones, others), agreement(others, ones)
    assert here["f1"] == there["f1"]
    if ones and others:
        assert here["precision"] == there["recall"]


def test_objects_in_a_list_are_found_by_what_identifies_them() -> None:
    wanted = {"facts": [{"kind": "amount", "quote": "GBP 5"}, {"kind": "date", "quote": "today"}]}
    given = {"facts": [{"kind": "amount", "quote": "GBP 5", "x": 1}, {"kind": "amount", "quote": "today", "x": 2}]}
    assert dict(value_scores("", wanted, given)) == {"facts_precision": 0.5, "facts_recall": 0.5, "facts_f1": 0.5}


def test_objects_inside_objects_are_judged_field_by_field() -> None:
    wanted = {"case": {"amounts": ["5.00", "7.00"], "request": "refund"}}
    scores = dict(value_scores("", wanted, {"case": {"amounts": ["5.00"], "request": "freeze"}}))
    assert (scores["case.amounts_recall"], scores["case.amounts_precision"], scores["case.request"]) == (0.5, 1, False)


def test_one_is_not_true() -> None:
    wanted, given = {"flag": True, "none": None}, {"flag": 1, "none": None}
    assert dict(value_scores("", wanted, given)) == {"flag": False, "none": True}
