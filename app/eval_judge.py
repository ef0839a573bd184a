"""`baton eval run --judge`: a model marks the replies of an experiment."""

from typing import TYPE_CHECKING, Annotated

import typer

from baton.cli.views.phrases import dollars

if TYPE_CHECKING:
    from evals.records import JudgeReport

Judge = Annotated[bool, typer.Option("--judge", help="Let the model of the role `judge` mark the replies.")]


def judge_sentences(report: "JudgeReport") -> list[str]:
    """Return what the judge did and how far it agrees with our labels, for people."""
    from app.eval_view import mean_and_interval

    kappa, models = report["kappa"], ", ".join(report["models"])
    agreement = mean_and_interval(kappa) or "not defined: one of the two gave every reply the same mark"
    counts = f"{report['verdicts']} replies, {report['errors']} errors of the judge"
    cost = f"{report['tokens']:,} tokens of its own, cost {dollars(report['cost_usd'])}"
    return [
        f"judged by {models}: {counts}; {cost}",
        f"its agreement with {report['label']} beyond chance (Cohen's kappa): {agreement}, n {kappa['n']}",
    ]
