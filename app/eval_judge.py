"""`baton eval run --judge`: a model marks the replies of an experiment."""

from typing import TYPE_CHECKING, Annotated

import typer

from baton.cli.views.phrases import dollars

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from evals.experiment import Bench
    from evals.records import JudgeReport

Judge = Annotated[bool, typer.Option("--judge", help="Let the model of the role `judge` mark the replies.")]


async def judge_replies(session: "Session", bench: "Bench", experiment: str, concurrency: int, *, bar: bool) -> None:
    """Ask the judge about the replies of an experiment that have no verdict yet, and show the progress."""
    from baton.cli.terminal.output import note
    from baton.cli.terminal.progress import Tally, show_progress

    async with bench.review(experiment) as review:
        replies = review.replies(await bench.results(experiment), await bench.examples(experiment))
        note(f"experiment {experiment}: {len(replies)} replies to judge")
        session.runner = review.runner
        with show_progress(Tally(len(replies)), "judging", bar=bar) as watch:
            await review.work(replies, done=watch.add, concurrency=concurrency)


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
