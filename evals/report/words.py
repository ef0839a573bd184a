"""What a report says in words: the meaning of each metric, and sentences about figures. Functions of values."""

from collections.abc import Iterator, Sequence

from baton.cli.views.phrases import count_text, dollars, duration
from evals.comparison.records import Comparison
from evals.records import ExperimentSummary, JudgeReport, Metric
from evals.report.records import ExperimentReport, Kind, Pairing, Report, Slice

METRICS = {
    "task_completion": "Tasks completed: outcome, actions with their arguments, and the reply's figures are all right",
    "outcome": "The outcome is the expected one",
    "actions": "The actions are the expected ones, each with its arguments",
    "says": "Of the figures and words that the reply must say, the share that it says",
    "says_not": "The reply says none of the figures and words that it must not",
    "route": "The route is the expected one",
    "citations_recall": "Of the policies that should be cited, the share that is",
    "citations_precision": "Of the policies that are cited, the share that should be",
    "grounded": "Of the reply's figures, the share that stands in a cited policy, the message or the account",
    "keeps_policy": "The reply keeps the rules for replies",
    "trajectory": "The run took the steps that such a message needs, in their order",
    "ece": "Calibration error: how far confidence is from accuracy (less is better)",
    "brier": "Squared distance of the confidence from the truth (less is better)",
    "accuracy_top60": "The route is right, among the 60 % of the answers with the highest confidence",
    "to_person": "Handed to a person (neither good nor bad by itself)",
    "coverage": "Answered without a person (neither good nor bad by itself)",
    "selective_accuracy": "The route is right, among the answers without a person",
    "latency_ms": "Time to an answer, in milliseconds (less is better)",
    "tokens": "Tokens of an answer (less is better)",
    "cost_usd": "Cost of an answer, in dollars (less is better)",
}
HARMS = {
    "harm": "Any harm",
    "harm_acted": "Something was done that nobody expects, such as money that moved",
    "harm_data": "The reply shows another customer's data, or a card number",
    "harm_promise": "The reply says that something was done that was not, or names a figure that has no source",
}
OFFLINE = (
    "Made with the offline model, a stand-in that answers by search, patterns and templates. The figures show that the"
    " machinery works. They say nothing about language models."
)
INTERVALS = (
    "A bar spans the 95 % interval, with a mark at the mean: by a method that holds the true value in about 95 of 100"
    " such samples. The repetitions of an example count as one observation."
)
OVERLAP = (
    "Slices overlap, and among many some are low by chance: a low bar is a place to look, not a finding. Look at how"
    " many examples it rests on."
)
LEAST = 5
"""Slices of fewer examples are named and not shown: their intervals would span nearly everything."""
TEST_HALF = (
    "These are messages of the test half. Whoever changes a graph, a prompt or a threshold because of them has no test"
    " half left."
)
SEVERAL_VERDICTS = (
    "Each comparison is corrected for its own figures and not for the others: of twenty comparisons without a"
    " difference, one finds one all the same."
)
FEW = 30
"""Below so many examples an interval is so wide that a report says so."""
FEW_PERCENT, NEARLY_ALL = 0.1, 0.99


def title(report: Report) -> str:
    """Return the title: the graphs, in the order in which they were named."""
    graphs = dict.fromkeys(each["summary"]["graph"] for each in report["experiments"])
    return f"Evaluation of {' and '.join(graphs)}"


def day(iso_time: str) -> str:
    """Return the minute of an ISO time as people read it."""
    return f"{iso_time[:10]} {iso_time[11:16]} UTC"


def percent(share: float | None) -> str:
    """Return a share as `61 %`, near 0 and 1 with a decimal: `3.3 %`, `99.6 %`; `?` where it is not known."""
    if share is None:
        return "?"
    is_plain = share in (0, 1) or FEW_PERCENT <= share <= NEARLY_ALL
    return f"{share * 100:.{0 if is_plain else 1}f} %"


def number(value: float | None) -> str:
    """Return a mean with three decimals; `?` where there is none."""
    return "?" if value is None else f"{value:.3f}"


def interval(metric: Metric) -> str:
    """Return `0.520 to 0.700`, or an empty text where there are too few examples for an interval."""
    low, high = metric["ci95"]
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def percent_interval(metric: Metric) -> str:
    """Return the 95 % interval of a share in per cent."""
    low, high = metric["ci95"]
    return "no interval from one example" if low is None else f"95 % interval {percent(low)} to {percent(high)}"


def compared_names(report: Report, pairing: Pairing) -> tuple[str, str]:
    """Return the graphs and ids of the first and the second experiment of a comparison."""
    graphs = {each["summary"]["experiment"]: each["summary"]["graph"] for each in report["experiments"]}
    first, second = (f"{graphs[each]} {each}" for each in (pairing["a"], pairing["b"]))
    return first, second


def how_compared(comparison: Comparison) -> str:
    """Return what the comparison is made of and how its bars are read."""
    return (
        f"Compared are the {count_text(comparison['paired'], 'example')} that both answered, each with itself. A bar"
        f" spans the 95 % interval of the difference, B less A; the shaded band around zero is the margin of"
        f" {comparison['margin']:g} that counts as none, of times, tokens and cost that share of A."
    )


def what_was_tried(experiment: ExperimentReport) -> str:
    """Return in one sentence which graph worked what, and when."""
    summary = experiment["summary"]
    half = f"the {' and '.join(experiment['splits'])} half of " if experiment["splits"] else ""
    times = f", {summary['repetitions']} times each" if summary["repetitions"] > 1 else ""
    return (
        f"On {day(experiment['begun_at'])} the graph {summary['graph']} was given"
        f" {count_text(summary['examples'], 'message')} from {half}{summary['dataset']}{times}."
    )


def main_result(experiment: ExperimentReport) -> Iterator[str]:
    """Yield how good it was and how sure that is."""
    primary = experiment["primary"]
    if primary is None:
        yield "No answer was scored, so there is nothing to say about how good it is."
        return
    metric = experiment["summary"]["metrics"][primary]
    name = "completed" if primary == "task_completion" else f"got the {primary} right in"
    yield f"It {name} {percent(metric['mean'])} of the tasks ({percent_interval(metric)}, {_examples(metric)})."
    if metric["n"] < FEW:
        yield f"With {_examples(metric)} hardly anything can be concluded."
    if judge := experiment["summary"]["judge"]:
        yield from _judged(judge)


def _judged(judge: JudgeReport) -> Iterator[str]:
    """Yield what a judge did, and how far its verdicts can be trusted."""
    kappa, models = judge["kappa"], ", ".join(judge["models"])
    failed = f"; {count_text(judge['errors'], 'answer')} could not be judged" if judge["errors"] else ""
    yield f"A judge ({models}) gave {count_text(judge['verdicts'], 'verdict')}, which is the figure `judged`{failed}."
    if kappa["mean"] is None:
        yield "How far it agrees with our labels beyond chance is not defined: one of the two said the same throughout."
        return
    agreement = f"{number(kappa['mean'])} ({interval(kappa)}, {_examples(kappa)})"
    yield f"Its agreement with {judge['label']} beyond chance is a kappa of {agreement}; near 0 a verdict says nothing."


def harm(experiment: ExperimentReport) -> Iterator[str]:
    """Yield whether harm was done, and what its absence rules out."""
    metric, answers = experiment["summary"]["metrics"].get("harm"), experiment["summary"]["completed"]
    if metric is None:
        yield "Harm was not judged: no answer has been scored for it."
        return
    if experiment["harmed"]:
        share = f"{percent(metric['mean'])}, {percent_interval(metric)}"
        yield f"{experiment['harmed']} of {count_text(answers, 'answer')} did harm ({share})."
        yield "What did harm comes first among the worst examples below. No good figure makes up for it."
        return
    yield f"No harm was seen in {count_text(answers, 'answer')}."
    high = metric["ci95"][1]
    if high:
        yield f"That does not mean that there is none: a rate of up to {percent(high)} would fit it."


def errors(experiment: ExperimentReport) -> Iterator[str]:
    """Yield how many runs the machinery failed, of all that ended, and how many have not ended."""
    rate, failed = experiment["error_rate"], experiment["summary"]["errors"]
    if not failed:
        yield f"None of {count_text(rate['n'], 'run')} ended in an error ({percent_interval(rate)})."
    else:
        yield f"{failed} of {count_text(rate['n'], 'run')} ended in an error ({percent_interval(rate)})."
        yield "They gave no answer, which is not a wrong answer: they count towards no other figure of this report."
    if experiment["unjudged"]:
        have = "has" if experiment["unjudged"] == 1 else "have"
        yield f"{count_text(experiment['unjudged'], 'run')} {have} no result yet; all figures are of those with one."


def shown_slices(experiment: ExperimentReport, kind: Kind) -> list[Slice]:
    """Return the slices of a kind that rest on enough examples to be shown."""
    return [each for each in experiment["slices"] if each["kind"] == kind and each["metric"]["n"] >= LEAST]


def small_slices(experiment: ExperimentReport) -> str:
    """Return which slices are too small to be shown; an empty text where none is."""
    small = [f"{each['name']} ({each['metric']['n']})" for each in experiment["slices"] if each["metric"]["n"] < LEAST]
    return f"Not shown, with fewer than {LEAST} examples: {', '.join(small)}." if small else ""


def blame(summary: ExperimentSummary) -> str:
    """Return where failed tasks first went wrong."""
    if not summary["blame"]:
        return "No step is to blame: no failed task with steps to look at."
    step, count = next(iter(summary["blame"].items()))
    total = sum(summary["blame"].values())
    return f"Of {count_text(total, 'failed task')}, {count} first went wrong in {step}."


def effort(summary: ExperimentSummary) -> Iterator[str]:
    """Yield latency, tokens and cost."""
    p50, p95 = summary["latency_ms"]["p50"], summary["latency_ms"]["p95"]
    yield f"Half of the answers took at most {duration(p50)}, 95 % at most {duration(p95)}."
    if summary["tokens_per_run"] is not None:
        yield f"An answer took {summary['tokens_per_run']:,.0f} tokens on average."
    if summary["tokens_per_completed_task"] is not None:
        yield f"Each completed task took {summary['tokens_per_completed_task']:,.0f}, wrong answers paid for."
    if summary["cost_usd_per_run"] is None:
        yield "What it cost is not known: there is no price for a model that took part."
    else:
        yield f"An answer cost {dollars(summary['cost_usd_per_run'])} on average."


def is_offline(experiments: Sequence[ExperimentReport]) -> bool:
    """Return whether the offline model took part in any of the experiments."""
    return any(each["offline"] for each in experiments)


def is_gain(metric: str) -> bool:
    """Return whether a metric is a difference, from -1 to 1."""
    return metric.endswith("_gain") or metric.startswith("over_")


def _examples(metric: Metric) -> str:
    return count_text(metric["n"], "example")
