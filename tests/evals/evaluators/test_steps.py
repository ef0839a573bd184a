"""Steps: what each owes against what it wrote, and the first that went wrong."""

from collections.abc import Sequence
from typing import Any

import pytest

from baton.storage.records import StepAttempt
from evals.evaluators.steps import blamed_step, step_results, step_scores
from evals.examples import Example, Expected, Inputs
from evals.graph_steps import GraphSteps, graph_steps
from evals.records import Scores
from tests.baton.rows import attempt as step
from tests.evals.evaluators.expectations import expectation

NONE = GraphSteps()
CHAIN = graph_steps("chaining")
FACT = {"kind": "amount", "quote": "of £20"}
SECTIONS = graph_steps("sectioning")
WANTED = expectation(
    route="transfers",
    outcome="answered",
    citations=["FEES-09"],
    actions=[],
    says=["GBP 4.00"],
    facts=[{"kind": "amount", "quote": "£20", "value": "20.00"}],
    passages=["FEES-09", "TRAN-12"],
)


def example(expected: Expected) -> Example:
    return Example(id="e", inputs=Inputs(message="How much is a transfer of £20?"), expected=expected)


def scored(expected: Expected, steps: Sequence[StepAttempt], known: GraphSteps = NONE) -> dict[str, Scores]:
    return step_scores(expected, steps, step_results(example(expected), steps, known))


def blamed(expected: Expected, steps: Sequence[StepAttempt], known: GraphSteps) -> str | None:
    return blamed_step(step_results(example(expected), steps, known))


def chain(**changed: Any) -> list[StepAttempt]:
    """A chain whose steps all did their part, but for those that are changed."""
    right: dict[str, Any] = {
        "classify": {"route": "transfers", "confidence": 0.9},
        "extract": {
            "facts": [{"kind": "amount", "quote": "of £20"}, {"kind": "request", "quote": "How much is a transfer"}]
        },
        "gate_facts": {"complaint": None, "repaired": []},
        "normalise": {
            "case": {"request": "how much is it", "amounts": ["20.00"], "dates": [], "names": [], "references": []}
        },
        "gate_case": {"complaint": None, "repaired": []},
        "retrieve": {"passages": ["FEES-09.1", "FEES-09.2"]},
        "summarise": {"draft": {"reply": "It costs GBP 4.00.", "citations": ["FEES-09"]}},
        "gate_reply": {"complaint": None, "repaired": []},
        "reply": {"outcome": "answered"},
    }
    return [step(name, output) for name, output in {**right, **changed}.items()]


def test_a_gate_that_stops_a_proposal_for_a_person_is_to_blame_and_one_that_stops_the_rest_is_not() -> None:
    stops = chain(gate_reply={"complaint": "no", "repaired": []}, reply={"outcome": "escalated"})
    refund = {"name": "refund", "args": {"transaction_id": "T00001", "amount": "24.90"}}
    for_a_person = WANTED.model_copy(update={"outcome": "escalated", "says": None})
    proposed = expectation(**{**for_a_person.model_dump(exclude_unset=True), "actions": [refund]})
    assert blamed(proposed, stops, CHAIN) == "gate_reply"
    assert blamed(for_a_person, stops, CHAIN) != "gate_reply"


def test_each_step_is_scored_by_what_it_owes() -> None:
    assert scored(WANTED, chain(), CHAIN) == {
        "classify": {"route": True},
        "extract": {"facts_precision": 1, "facts_recall": 1, "request": True},
        "gate_facts": {"verdict": True},
        "normalise": {"values_recall": 1, "request": True},
        "gate_case": {"verdict": True},
        "retrieve": {"passages_recall": 0.5},
        "summarise": {"citations_recall": 1, "citations_precision": 1, "says": 1},
        "gate_reply": {"verdict": True},
    }


@pytest.mark.parametrize(
    "name, output",
    [
        ("classify", {"route": "cards", "confidence": 0.9}),
        ("extract", {"facts": []}),
        ("extract", {"facts": [FACT, {"kind": "request", "quote": "Hello there"}]}),
        ("gate_facts", {"complaint": "the quote stands nowhere", "repaired": []}),
        ("normalise", {"case": {"amounts": ["2.00"]}}),
        ("gate_case", {"complaint": "no", "repaired": []}),
        ("retrieve", {"passages": ["TRAN-12.1"]}),
        ("summarise", {"draft": {"reply": "It costs GBP 6.00.", "citations": ["FEES-09"]}}),
        ("summarise", {"draft": {"reply": "It costs GBP 4.00.", "citations": []}}),
        ("gate_reply", {"complaint": "no", "repaired": []}),
    ],
)
def test_the_first_step_that_went_wrong_is_to_blame(name: str, output: dict[str, Any]) -> None:
    assert blamed(WANTED, chain(**{name: output}), CHAIN) == name


def test_a_fault_is_blamed_on_the_step_that_made_it_and_not_on_those_after_it() -> None:
    wrong = {"retrieve": {"passages": []}, "summarise": {"draft": {"reply": "?", "citations": []}}}
    assert blamed(WANTED, chain(**wrong), CHAIN) == "retrieve"


def test_a_gate_is_not_to_blame_for_a_fault_that_it_finds() -> None:
    wrong = {"extract": {"facts": []}, "gate_facts": {"complaint": "nothing was found", "repaired": []}}
    assert blamed(WANTED, chain(**wrong), CHAIN) == "extract"


def test_where_all_steps_did_their_part_the_last_one_is_to_blame() -> None:
    assert blamed(WANTED, chain(reply={"outcome": "escalated"}), CHAIN) == "reply"
    assert blamed(WANTED, [], CHAIN) is None


def test_a_step_that_failed_is_to_blame_unless_one_before_it_is() -> None:
    steps = [*chain()[:2], step("gate_facts", None, "failed")]
    assert blamed(WANTED, steps, CHAIN) == "gate_facts"
    assert blamed(WANTED, [step("classify", {"route": "fees"}), *steps[1:]], CHAIN) == "classify"


def test_a_step_that_was_repaired_did_its_part() -> None:
    steps = chain()
    again = [*steps[:1], step("extract", {"facts": []}), *steps[1:]]
    assert blamed(WANTED, again, CHAIN) == "reply"


def test_branches_count_together() -> None:
    wanted = expectation(
        outcome="answered",
        citations=["CARD-01", "FEES-09"],
        requests=[{"quote": "how long does it take", "route": "cards"}, {"quote": "what is the fee", "route": "fees"}],
        passages=["CARD-01", "FEES-09"],
    )
    steps = [
        step("split", {"requests": ["How long does it take?", "And what is the fee?"]}),
        *(step("section/classify", {"route": route}) for route in ("cards", "fees")),
        *(step("section/retrieve", {"passages": [f"{name}.1"]}) for name in ("CARD-01", "FEES-09")),
        *(
            step("section/draft", {"draft": {"reply": name, "citations": [name], "action": None}})
            for name in ("CARD-01", "FEES-09")
        ),
        step("combine", {"outcome": "answered"}),
    ]
    scores = scored(wanted, steps, SECTIONS)
    assert scores["split"]["requests_f1"] == scores["section/classify"]["routes_recall"] == 1
    assert scores["section/retrieve"]["passages_recall"] == scores["section/draft"]["citations_recall"] == 1
    assert blamed(wanted, [step for step in steps if step["output"].get("route") != "fees"], SECTIONS) == (
        "section/classify"
    )


@pytest.mark.parametrize("given, f1", [(["a b c d", "e f"], 1), (["a b c d e f"], 2 / 3), (["x"], 0)])
def test_requests_are_found_by_their_words(given: list[str], f1: float) -> None:
    wanted = expectation(requests=[{"quote": "b c d"}, {"quote": "e f"}])
    assert scored(wanted, [step("split", {"requests": given})], SECTIONS)["split"]["requests_f1"] == pytest.approx(f1)


def test_an_investigation_owes_its_workers_and_the_things_that_an_action_needs() -> None:
    known = graph_steps("orchestrator_worker")
    wanted = expectation(
        calls=["transactions", "policies"],
        actions=[{"name": "refund", "args": {"transaction_id": ["T1", "T2"], "amount": "5.00"}}],
        passages=["DISP-03"],
        citations=["DISP-03"],
    )
    tasks = [{"id": "t1", "worker": "transactions"}, {"id": "t2", "worker": "policies"}]
    findings = [
        {"findings": [{"rows": [{"transaction_id": "T2", "amount": "5.00"}], "evidence": []}]},
        {"findings": [{"rows": [], "evidence": ["DISP-03.1"]}]},
    ]
    draft = {"reply": "-", "citations": ["DISP-03"]}
    proposal = {"name": "refund", "transaction_id": "T2", "amount": "5.00"}
    steps = [
        step("plan", {"plan": {"subtasks": tasks}}),
        *(step("investigate", each) for each in findings),
        step("synthesise", {"draft": {**draft, "action": proposal}}),
    ]
    scores = scored(wanted, steps, known)
    assert scores["plan"]["calls_recall"] == scores["investigate"]["things_recall"] == 1
    assert scores["synthesise"]["action"] is True
    assert blamed(wanted, [steps[0], *steps[2:]], known) == "investigate"
    assert blamed(wanted, [step("plan", {"plan": {"subtasks": tasks[:1]}}), *steps[1:]], known) == "plan"


def test_a_step_that_the_example_names_is_judged_by_what_it_wrote_last() -> None:
    wanted = expectation(steps={"classify": {"route": "cards", "confidence": 0.5}})
    steps = [
        step("classify", {"route": "fees"}),
        step("classify", {"route": "cards", "confidence": 0.5}),
        step("classify", None, "failed"),
    ]
    assert scored(wanted, steps) == {"classify": {"route": True, "confidence": True}}


def test_a_step_that_the_example_names_and_that_was_not_reached_wrote_nothing() -> None:
    wanted = expectation(steps={"extract": {"facts": [{"quote": "GBP 5"}], "kind": "x"}})
    scores = {"facts_precision": 0, "facts_recall": 0, "facts_f1": 0, "kind": False}
    assert scored(wanted, []) == {"extract": scores}


def test_votes_are_scored_one_by_one_against_the_tally() -> None:
    votes = [{"view": "a", "answer": "yes"}, {"view": "b", "answer": "no"}, {"view": "c", "answer": "unsure"}]
    steps = [
        step("vote", {"votes": votes[:1]}),
        step("tally", {"tally": {"fraud": True, "share": 0.6, "votes": votes}}),
    ]
    assert scored(expectation(fraud=True), steps) == {
        "vote": {"a": True, "b": False, "c": False},
        "tally": {"fraud": True, "decided": True, "fraud_decided": True, "over_a": 0, "over_b": 1, "over_c": 1},
    }
    assert scored(expectation(), steps) == {}
    assert scored(expectation(fraud=True), steps[:1]) == {}


def test_a_tally_without_a_quorum_has_not_found_it_out() -> None:
    votes = [{"view": "a", "answer": "no"}]
    scores = scored(expectation(fraud=False), [step("tally", {"tally": {"fraud": None, "votes": votes}})])
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
    found = scored(expectation(citations=["B"], says=["5"], route="cards", outcome="answered"), steps)
    assert found["draft"] == {"citations_recall": 0, "citations_precision": 0, "says": 0}
    assert found["best"]["says_gain"] == found["best"]["citations_recall"] == 1
    assert scored(expectation(citations=["B"]), steps[:1]) == {}
