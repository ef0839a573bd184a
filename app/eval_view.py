"""Experiments on the terminal: figures, lists, and the worst examples."""

from collections.abc import Sequence
from pathlib import Path

from app.eval_judge import judge_sentences
from baton.cli.terminal.invocation import command
from baton.cli.terminal.output import print_prose, print_text
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import dollars, duration
from evals.records import ExperimentEntry, ExperimentSummary, Metric, WorstExample, offline_roles

OFFLINE = "These figures were made with the offline model: they show that the machinery works and say nothing about"
HOW_TO_LOOK = "look at its runs: BATON_DATABASE_URL=sqlite:///{} {}"


def print_result(result: ExperimentSummary, file: Path) -> None:
    """Print the figures as a table, then their cost, then their limits."""
    _print_table(result)
    latency, tokens = result["latency_ms"], result["tokens_per_run"]
    print_prose(
        f"\n{result['graph']} on {result['dataset']}: {result['completed']} completed, {result['errors']} errors"
    )
    cost = f"{'?' if tokens is None else f'{tokens:,.0f}'} tokens a run, cost {dollars(result['cost_usd_per_run'])}"
    print_prose(f"half within {duration(latency['p50'])}, 95 % within {duration(latency['p95'])}; {cost}")
    if each := result["tokens_per_completed_task"]:
        print_prose(f"{each:,.0f} tokens for each completed task")
    if result["blame"]:
        steps = ", ".join(f"{step} {count}" for step, count in result["blame"].items())
        print_prose(f"the first step that went wrong: {steps}")
    for line in judge_sentences(result["judge"]) if result["judge"] else []:
        print_prose(line)
    if offline_roles(result["models"]):
        print_prose(f"{OFFLINE} language models.")
    print_text(HOW_TO_LOOK.format(file, command("runs")), "dim")


def print_experiments(entries: Sequence[ExperimentEntry]) -> None:
    """Print a row for each experiment."""
    rows = Rows("experiment", "graph", "dataset", "runs", "errors", "task completion", wide="dataset", right=("runs",))
    for each in entries:
        total = each["examples"] * each["repetitions"]
        runs = str(total) if not each["unjudged"] else f"{total - each['unjudged']} of {total}"
        completion = each["task_completion"]
        share = "" if completion is None else mean_and_interval(completion)
        rows.add(each["experiment"], each["graph"], each["dataset"], runs, str(each["errors"]), share)
    rows.show()
    if not entries:
        print_prose(f"no experiments yet; begin one: {command('eval', 'run', 'GRAPH')}")


def print_worst(examples: Sequence[WorstExample]) -> None:
    """Print the worst examples: the message, what was expected, what came, and the first step that went wrong."""
    for each in examples:
        print_text(f"\n{each['example']} ({each['thread_id']})", "bold")
        print_prose(each["message"])
        print_prose(f"expected: {each['expected']}")
        print_prose(f"came:     {each['came']}")
        print_prose(f"wrong:    {', '.join(each['wrong'])}; first wrong step: {each['blame'] or '?'}")
        print_text(" > ".join(each["path"]), "dim")


def mean_and_interval(metric: Metric) -> str:
    """Return `0.887 (0.866 to 0.905)`."""
    if metric["mean"] is None:
        return ""
    low, high = metric["ci95"]
    return f"{metric['mean']:.3f}" + ("" if low is None else f" ({low:.3f} to {high:.3f})")


def _print_table(result: ExperimentSummary) -> None:
    """Print a row for each metric, first of the answers, then step by step."""
    rows = Rows("metric", "mean", "95 % interval", "n", wide="metric", right=("mean", "n"))
    parts = {"": result["metrics"], **{f"{step}: ": metrics for step, metrics in result["steps"].items()}}
    for prefix, metrics in parts.items():
        for name, each in metrics.items():
            low, high = each["ci95"]
            interval = "" if low is None else f"{low:.3f} to {high:.3f}"
            mean = "" if each["mean"] is None else f"{each['mean']:.3f}"
            rows.add(f"{prefix}{name}", mean, interval, str(each["n"]))
    rows.show()
