"""Works experiments for the commands, and shows the progress. Light on purpose, as `app.eval_commands` is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baton.cli.work.session import Session
    from evals.experiment import Bench


async def work_unfinished(
    session: "Session", bench: "Bench", experiment: str, concurrency: int | None, *, json: bool
) -> None:
    """Work the examples without an answer, repetition by repetition, and show the progress."""
    from baton.cli.terminal.output import console, note
    from baton.cli.terminal.progress import Tally, show_progress
    from baton.cli.work.working import status_text

    unfinished = await bench.unfinished(experiment)
    count = sum(map(len, unfinished.values()))
    note(f"experiment {experiment}: {count} to work")
    limit = concurrency or session.resources.settings.runs_at_once()
    tally = Tally(count)
    for number, (repetition, examples) in enumerate(unfinished.items()):
        async with bench.trial(experiment, repetition) as trial:
            session.runner = trial.runner
            if not number:
                with console(stderr=True).status(status_text()):
                    await trial.warm_up(examples.values())
            with show_progress(tally, "working", bar=has_bar(json=json)) as watch:
                await trial.work(examples, done=watch.add, concurrency=limit)
        if session.stopped:
            return


async def judge_replies(
    session: "Session", bench: "Bench", experiment: str, concurrency: int | None, *, json: bool
) -> None:
    """Ask the judge about the replies of an experiment that have no verdict yet, and show the progress."""
    from baton.cli.terminal.output import note
    from baton.cli.terminal.progress import Tally, show_progress

    limit = concurrency or session.resources.settings.runs_at_once()
    async with bench.review(experiment) as review:
        replies = review.replies(await bench.results(experiment), await bench.examples(experiment))
        note(f"experiment {experiment}: {len(replies)} replies to judge")
        session.runner = review.runner
        with show_progress(Tally(len(replies)), "judging", bar=has_bar(json=json)) as watch:
            await review.work(replies, done=watch.add, concurrency=limit)


def has_bar(*, json: bool) -> bool:
    """Return whether a bar may be drawn: it would run into JSON on the same terminal."""
    import sys

    return not (json and sys.stdout.isatty())
