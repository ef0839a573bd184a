"""Evaluators: what was expected against what came out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.storage.records import PendingApproval
from evals.dataset import Expected
from evals.evaluators import agreement, answer_of, final_scores, step_scores
from tests.baton.rows import attempt as step
from tests.baton.rows import summary


def expectation(**fields: Any) -> Expected:
    return Expected.model_validate(fields)


def test_what_is_not_expected_is_not_judged() -> None:
    assert final_scores(expectation(), {"route": "cards", "outcome": "answered", "citations": ["CARD-01"]}) == {}


def test_route_outcome_and_actions_are_right_or_wrong() -> None:
    wanted = expectation(route="cards", outcome="acted", actions=["freeze_card"])
    answer = {"route": "cards", "outcome": "answered", "actions": [{"name": "freeze_card"}]}
    assert final_scores(wanted, answer) == {"route": True, "outcome": False, "actions": True}


def test_no_answer_is_wrong_where_one_was_expected() -> None:
    wanted = expectation(route="cards", citations=["CARD-01"], actions=["refund"])
    scores = {"route": False, "citations_recall": 0, "citations_precision": 0, "actions": False}
    assert final_scores(wanted, {}) == scores


def test_citations_have_recall_and_precision_and_count_once() -> None:
    scores = final_scores(expectation(citations=["A", "B"]), {"citations": ["A", "C", "A"]})
    assert scores == {"citations_recall": 0.5, "citations_precision": 0.5}


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


def test_a_step_is_judged_by_what_it_wrote_last() -> None:
    wanted = expectation(steps={"classify": {"route": "cards", "confidence": 0.5}})
    steps = [
        step("classify", {"route": "fees"}),
        step("classify", {"route": "cards", "confidence": 0.5}),
        step("classify", None, "failed"),
    ]
    assert step_scores(wanted, steps) == {"classify": {"route": True, "confidence": True}}


def test_a_step_that_was_not_reached_wrote_nothing() -> None:
    wanted = expectation(steps={"extract": {"facts": [{"quote": "GBP 5"}], "kind": "x"}})
    scores = {"facts_precision": 0, "facts_recall": 0, "facts_f1": 0, "kind": False}
    assert step_scores(wanted, []) == {"extract": scores}


def test_objects_in_a_list_are_found_by_what_identifies_them() -> None:
    facts = [{"kind": "amount", "quote": "GBP 5"}, {"kind": "date", "quote": "today"}]
    given = [{"kind": "amount", "quote": "GBP 5", "sure": 0.9}, {"kind": "amount", "quote": "today", "sure": 0.1}]
    scores = step_scores(expectation(steps={"extract": {"facts": facts}}), [step("extract", {"facts": given})])
    assert scores == {"extract": {"facts_precision": 0.5, "facts_recall": 0.5, "facts_f1": 0.5}}


def test_objects_inside_objects_are_judged_field_by_field() -> None:
    wanted = expectation(steps={"normalise": {"case": {"amounts": ["5.00", "7.00"], "request": "refund"}}})
    scores = step_scores(wanted, [step("normalise", {"case": {"amounts": ["5.00"], "request": "freeze"}})])
    assert scores["normalise"]["case.amounts_recall"] == 0.5
    assert scores["normalise"]["case.amounts_precision"] == 1
    assert scores["normalise"]["case.request"] is False


def test_one_is_not_true() -> None:
    scores = step_scores(expectation(steps={"s": {"flag": True, "none": None}}), [step("s", {"flag": 1, "none": None})])
    assert scores == {"s": {"flag": False, "none": True}}


@pytest.mark.parametrize(
    "reply, share", [("It takes 5 working days, GBP 4.00 each.", 1), ("15 working days; GBP 4.00", 0.5), ("", 0)]
)
def test_what_a_reply_has_to_say_is_found_as_whole_words(reply: str, share: float) -> None:
    wanted = expectation(says=["5 working days", "gbp 4.00"])
    assert final_scores(wanted, {"reply": reply}) == {"says": share}
    assert final_scores(wanted, {}) == {"says": 0}


def test_votes_are_scored_one_by_one_against_the_tally() -> None:
    votes = [{"view": "a", "answer": "yes"}, {"view": "b", "answer": "no"}, {"view": "c", "answer": "unsure"}]
    steps = [
        step("vote", {"votes": votes[:1]}),
        step("tally", {"tally": {"fraud": True, "share": 0.6, "votes": votes}}),
    ]
    assert step_scores(expectation(fraud=True), steps) == {
        "vote": {"a": True, "b": False, "c": False},
        "tally": {"fraud": True, "decided": True, "fraud_decided": True, "over_a": 0, "over_b": 1, "over_c": 1},
    }
    assert step_scores(expectation(), steps) == {}
    assert step_scores(expectation(fraud=True), steps[:1]) == {}


def test_a_tally_without_a_quorum_has_not_found_it_out() -> None:
    votes = [{"view": "a", "answer": "no"}]
    scores = step_scores(expectation(fraud=False), [step("tally", {"tally": {"fraud": None, "votes": votes}})])
    assert scores["tally"] == {"fraud": False, "decided": False, "over_a": -1}


def test_the_best_draft_is_scored_beside_the_first() -> None:
    first, better, last = ({"reply": text, "citations": [name]} for text, name in (("-", "A"), ("5", "B"), ("6", "C")))
    steps = [
        step("draft", {"draft": first}),
        step("evaluate", {"best": first}),
        step("revise", {"draft": better}),
        step("evaluate", {"best": better}),
        step("revise", {"draft": last}),
    ]
    found = step_scores(expectation(citations=["B"], says=["5"], route="cards", outcome="answered"), steps)
    assert found["draft"] == {"citations_recall": 0, "citations_precision": 0, "says": 0}
    assert found["best"]["says_gain"] == found["best"]["citations_recall"] == 1
    assert step_scores(expectation(citations=["B"]), steps[:1]) == {}


def test_a_run_that_waits_answers_what_it_knows_and_asks() -> None:
    asked = PendingApproval(
        interrupt_id="i",
        digest="d",
        action_requests=[{"name": "refund", "args": {"amount": "30.00"}}],
        review_configs=[],
    )
    run = summary("waiting", asked)
    wrote = [
        step("classify", {"route": "disputes", "confidence": 0.9}),
        step("draft", {"draft": {"citations": ["DISP-01"]}}),
        step("ask_person", None, "interrupted"),
    ]
    wanted = expectation(route="disputes", outcome="waiting", actions=["refund"], citations=["DISP-01"])
    assert set(final_scores(wanted, answer_of(run, wrote)).values()) == {True}
