"""Citations."""

from evals.evaluators.citations import citation_scores
from tests.evals.evaluators.expectations import expectation


def test_citations_have_recall_and_precision_and_count_once() -> None:
    scores = citation_scores(expectation(citations=["A", "B"]), {"citations": ["A", "C", "A"]})
    assert scores == {"citations_recall": 0.5, "citations_precision": 0.5}


def test_no_answer_cites_nothing() -> None:
    scores = citation_scores(expectation(citations=["A"]), {})
    assert scores == {"citations_recall": 0, "citations_precision": 0}
    assert citation_scores(expectation(), {"citations": ["A"]}) == {}
