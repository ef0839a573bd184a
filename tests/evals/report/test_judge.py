"""Where a judge was used, the report says how far its verdicts can be trusted."""

from dataclasses import replace
from typing import Any

from evals.report.contents import report_of
from evals.report.markdown import markdown
from evals.report.page import page
from tests.evals.report.conftest import cell, material


def judged(name: str, verdict: str | None, *, right: bool) -> Any:
    mark = {"model": "openai:judge", "rubric": "r", "verdict": verdict, "reason": "", "error": None}
    made = cell(name, right=right, judge={**mark, "tokens": 10, "cost_usd": 0.1})
    if verdict:
        made["scores"]["judged"] = verdict == "pass"
    return made


def texts(*results: Any) -> list[str]:
    report = report_of([replace(material(), results=list(results))], 10)
    return [markdown(report), page(report)]


def test_its_agreement_stands_beside_its_verdicts() -> None:
    agreeing = [judged(f"x{at}", "pass" if at % 2 else "fail", right=bool(at % 2)) for at in range(8)]
    for text in texts(*agreeing, judged("y", None, right=True)):
        assert "A judge (openai:judge) gave 8 verdicts" in text
        assert "1 answer could not be judged" in text
        assert "a kappa of 1.000" in text


def test_an_agreement_that_is_not_defined_is_said_to_be_none() -> None:
    for text in texts(judged("a", "pass", right=True), judged("b", "pass", right=True)):
        assert "is not defined" in text


def test_without_a_judge_it_says_nothing_of_one() -> None:
    for text in texts(cell("a"), cell("b", right=False)):
        assert "A judge" not in text
