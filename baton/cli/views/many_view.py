"""The view of many runs when they are done: a row for each, or counts where there are too many."""

from collections import Counter
from collections.abc import Sequence

from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_prose, print_text
from baton.cli.terminal.progress import Tally
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import (
    count_text,
    duration,
    outcome_of,
    question_text,
    shorten,
    status_style,
    urgent_cell,
    urgent_first,
)
from baton.cli.views.run_view import decide_commands
from baton.storage.records import RunSummary

MOST_ROWS = 40
MOST_LISTED = 10
MESSAGE_WIDTH = 60


def show_many(runs: Sequence[RunSummary], messages: dict[str, str], tally: Tally) -> None:
    """Print the runs as rows or counts, their totals, the pending approvals and the failures; urgent ones first."""
    if len(runs) > MOST_ROWS:
        show_counts(runs)
        show_urgent(runs)
    elif runs:
        show_rows(runs, messages)
    print_prose(totals(runs, tally))
    show_decisions(runs)
    show_failures(runs)


def show_rows(runs: Sequence[RunSummary], messages: dict[str, str]) -> None:
    """Print a row for each run."""
    marked = ["urgent"] if any(run["urgent"] for run in runs) else []
    names = ("thread", *marked, "message", "route", "outcome", "policies", "tokens", "time")
    rows = Rows(*names, wide="message", right=("tokens", "time"), spare=("policies", "tokens", "time"))
    for run in sorted(runs, key=lambda run: (urgent_first(run), run.get("line") or 0, run["thread_id"])):
        output = run["output"] or {}
        tokens = run["usage"]["input_tokens"] + run["usage"]["output_tokens"]
        rows.add(
            run["thread_id"],
            *[urgent_cell(run["urgent"]) for _ in marked],
            shorten(messages.get(run["thread_id"], ""), MESSAGE_WIDTH),
            str(output.get("route", "")),
            (outcome_of(run), status_style(run["status"])),
            ", ".join(output.get("citations") or []),
            f"{tokens:,}",
            duration(run["latency_ms"]),
        )
    rows.show()


def finished_text(run: RunSummary, message: str) -> str:
    """Return what became of a run in one line: its outcome, its time and the message."""
    return f"{outcome_of(run)} after {duration(run['latency_ms'])}: {shorten(message, MESSAGE_WIDTH)}"


def show_counts(runs: Sequence[RunSummary]) -> None:
    """Print the number of runs by route and outcome."""
    counts = Counter((str((run["output"] or {}).get("route", "-")), outcome_of(run)) for run in runs)
    outcomes = sorted({outcome for _, outcome in counts})
    rows = Rows("route", *outcomes, "all", wide="route", right=(*outcomes, "all"))
    for route in sorted({route for route, _ in counts}):
        each = [counts[route, outcome] for outcome in outcomes]
        rows.add(route, *map(str, each), str(sum(each)))
    rows.add("all", *(str(_sum(counts, outcome)) for outcome in outcomes), str(len(runs)))
    rows.show()


def show_urgent(runs: Sequence[RunSummary]) -> None:
    """Print the urgent runs among many, each with what came of it and why it is urgent."""
    urgent = [run for run in runs if run["urgent"]]
    if urgent:
        print_text(f"\n{count_text(len(urgent), 'run')} to look at first:", "bold red")
    for run in urgent[:MOST_LISTED]:
        print_prose(f"  {run['thread_id']}  {outcome_of(run)}: {run['urgent']}")
    if len(urgent) > MOST_LISTED:
        print_text(f"  ... and {len(urgent) - MOST_LISTED} more: {command('runs')}")
    if urgent:
        print_text("")


def _sum(counts: Counter[tuple[str, str]], outcome: str) -> int:
    return sum(count for (_, each), count in counts.items() if each == outcome)


def totals(runs: Sequence[RunSummary], tally: Tally) -> str:
    """Return speed, statuses and tokens of all runs in one line."""
    tokens = sum(run["usage"]["input_tokens"] + run["usage"]["output_tokens"] for run in runs)
    calls = sum(run["usage"]["model_calls"] for run in runs)
    rate = tally.speed() if tally.is_slow else f"{tally.per_second:.1f}/s"
    speed = f"{count_text(tally.finish_count, 'message')} in {tally.seconds:.1f} s ({rate})"
    return f"{speed}: {tally.counts()}; {tokens:,} tokens in {count_text(calls, 'model call')}"


def show_decisions(runs: Sequence[RunSummary]) -> None:
    """Print the pending approvals, those of urgent runs first: the first with its commands, the others by name."""
    waiting = [(run, approval) for run in sorted(runs, key=urgent_first) for approval in run["waiting_for"]]
    if not waiting:
        return
    print_text(f"\n{len(waiting)} wait{'s' if len(waiting) == 1 else ''} for a person:", "yellow")
    for run, approval in waiting[:MOST_LISTED]:
        why = f" ({run['urgent']})" if run["urgent"] else ""
        print_prose(f"  {run['thread_id']}  {question_text(approval)}{why}")
    if len(waiting) > MOST_LISTED:
        print_text(f"  ... and {len(waiting) - MOST_LISTED} more: {command('runs', '--status', 'waiting')}")
    print_text("\ndecide the first:")
    for line in decide_commands(*waiting[0]):
        print_text(f"  {line}")


def show_failures(runs: Sequence[RunSummary]) -> None:
    """Print the runs that failed or were dead-lettered, urgent ones first, with their errors."""
    failures = [run for run in sorted(runs, key=urgent_first) if run["status"] in {"failed", "dead_lettered"}]
    if failures:
        print_text(f"\n{len(failures)} did not get through:", "red")
    for run in failures[:MOST_LISTED]:
        why = run["error"] or f"dead letter {', '.join(run['dead_letters'])}"
        urgent = f" ({run['urgent']})" if run["urgent"] else ""
        print_prose(f"  {run['thread_id']}{urgent}  {why}")
    if len(failures) > MOST_LISTED:
        print_text(f"  ... and {len(failures) - MOST_LISTED} more: {command('runs')}")
