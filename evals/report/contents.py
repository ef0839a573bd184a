"""The contents of a report: experiments with everything that stands around their figures. Functions of values."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import cast

from baton.cli.views.phrases import iso_time
from baton.redact import redact_texts
from evals.examples import Example
from evals.records import JudgedCell, Metric, Scores, WorstExample, is_harm, offline_roles
from evals.report.pairings import pairings
from evals.report.records import Complaint, ExperimentReport, Material, Report, WorstRun
from evals.report.slices import counts, slices
from evals.report.step_lines import step_lines
from evals.statistics.intervals import wilson
from evals.summary import experiment_summary, is_error
from evals.worst import worst_examples

PRIMARY = ("task_completion", "route", "outcome")
"""The metric that slices show: the first of these that was scored."""


def report_of(material: Sequence[Material], most: int) -> Report:
    """Return the report of some experiments with at most `most` of the worst examples of each, its texts masked.

    A dataset is read as it is, so a message may hold what no file that Baton makes may hold.
    """
    report: Report = {
        "made_at": iso_time(time.time()),
        "experiments": [experiment_report(each, most) for each in material],
        "comparisons": pairings(material),
    }
    return cast("Report", json.loads(redact_texts(json.dumps(report).encode())))


def experiment_report(material: Material, most: int) -> ExperimentReport:
    """Return the report of one experiment."""
    experiment, examples, results = material.experiment, material.examples, material.results
    answers = [each for each in results if not is_error(each)]
    scored = {name for each in answers for name in each["scores"]}
    primary = next((name for name in PRIMARY if name in scored), None)
    return {
        "summary": experiment_summary(experiment, results),
        "begun_at": iso_time(experiment.created_at),
        "config_hash": experiment.config_hash,
        "context": experiment.context,
        "offline": offline_roles(experiment.models),
        "unjudged": experiment.unjudged,
        "splits": sorted({each.split for each in examples if each.split}),
        "primary": primary,
        "counts": counts(examples),
        "harmed": sum(_did_harm(each["scores"]) for each in answers),
        "error_rate": _error_rate(len(results) - len(answers), len(results)),
        "complaints": _complaints(results),
        "slices": slices(examples, answers, primary) if primary else [],
        "worst": _worst(material, most),
    }


def worst_answers(results: Sequence[JudgedCell], examples: Sequence[Example], most: int) -> list[WorstExample]:
    """Return the worst examples among the answers: what the machinery failed is no wrong answer."""
    return worst_examples([each for each in results if not is_error(each)], examples, most)


def _did_harm(scores: Scores) -> bool:
    return any(score > 0 for name, score in scores.items() if is_harm(name))


def _error_rate(errors: int, runs: int) -> Metric:
    return wilson(errors, runs).as_object()


def _complaints(results: Sequence[JudgedCell]) -> list[Complaint]:
    errors = Counter(each["error"] or each["reason"] or each["status"] for each in results if is_error(each))
    return [{"error": error, "runs": runs} for error, runs in errors.most_common()]


def _worst(material: Material, most: int) -> list[WorstRun]:
    return [
        {**each, "steps": step_lines(material.steps.get(each["thread_id"], []), each["blame"])}
        for each in worst_answers(material.results, material.examples, most)
    ]
