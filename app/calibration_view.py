"""The threshold report for people: what was found in words, then the tables it rests on."""

from typing import TYPE_CHECKING

from app.eval_view import OFFLINE, mean_and_interval
from baton.cli.terminal.output import print_prose
from baton.cli.terminal.rows import Rows

if TYPE_CHECKING:
    from evals.calibration import CalibrationReport, SetSummary, Step, Threshold

ROUTER = "The router is trained on the desk's own examples: its figures say nothing about language models."
LOW_CHANCE = 0.9


def print_report(report: "CalibrationReport", *, offline: bool) -> None:
    """Print the verdict, then sets, threshold, reliability, risk against coverage, and drift.

    With `offline` the offline model answered for a role, and the report says so.
    """
    print_prose(f"{report['subject']}, fitted on {report['fitted_on']}, verified on {report['verified_on']}")
    print_prose(f"{report['verdict']}\n")
    _print_sets(report)
    if report["threshold"]:
        _print_threshold(report["threshold"])
    _print_reliability(report)
    _print_coverage(report)
    _print_drift(report)
    print_prose(
        f"\nBound: {report['bound']}. It holds for few messages and for rates near 0, where Wilson's is too low."
    )
    print_prose(
        "The desk works a message alone where its confidence reaches the threshold and its route is not `other`."
    )
    if report["subject"].startswith("local:"):
        print_prose(ROUTER)
    elif offline:
        print_prose(f"{OFFLINE} language models.")


def _print_sets(report: "CalibrationReport") -> None:
    rows = Rows("set", "messages", "no answer", "right", "confidence", "ECE", "Brier", wide="set")
    for name, each in report["sets"].items():
        rows.add(name, str(each["messages"]), str(each["unanswered"]), *_measures(each))
    rows.show()


def _measures(one: "SetSummary") -> tuple[str, ...]:
    mean = "" if one["confidence"] is None else f"{one['confidence']:.3f}"
    return mean_and_interval(one["accuracy"]), mean, mean_and_interval(one["ece"]), mean_and_interval(one["brier"])


def _print_threshold(threshold: "Threshold") -> None:
    print_prose(f"\nThreshold {threshold['value']:g}: route_threshold={threshold['value']:g}")
    rows = Rows("on", "alone", "wrong", "risk", "upper 95 % bound", "to people of 1,000", wide="on")
    for name, at in (("fit", threshold["fit"]), ("verify", threshold["verify"])):
        rows.add(name, str(at["alone"]), str(at["errors"]), _risk(at), f"{at['upper']:.3f}", _people(at))
    rows.show()
    chance = threshold["chance_of_confirmation"]
    print_prose(f"Chance that a second such set confirms it, as the first set tells: {chance:.2f}.")
    if chance < LOW_CHANCE:
        print_prose("The set it was fitted on is too small for a better one.")


def _print_reliability(report: "CalibrationReport") -> None:
    print_prose("\nReliability (verify): what was right, by confidence")
    rows = Rows("confidence", "messages", "mean", "right", wide="right")
    for each in report["reliability"]:
        if each["confidence"] is not None:
            bounds = f"{each['low']:.1f} to {each['high']:.1f}"
            rows.add(bounds, str(each["n"]), f"{each['confidence']:.3f}", mean_and_interval(each["accuracy"]))
    rows.show()


def _print_coverage(report: "CalibrationReport") -> None:
    print_prose("\nRisk against coverage (verify)")
    rows = Rows(
        "threshold", "alone", "coverage", "wrong", "risk", "upper 95 % bound", "to people of 1,000", wide="alone"
    )
    for at in report["risk_coverage"]:
        shares = (f"{at['coverage']:.3f}", str(at["errors"]), _risk(at), f"{at['upper']:.3f}")
        rows.add(f"{at['threshold']:.4f}", str(at["alone"]), *shares, _people(at))
    rows.show()


def _print_drift(report: "CalibrationReport") -> None:
    print_prose("\nDrift between the two sets (population stability index)")
    rows = Rows("of", "index", "95 % by chance", "reading", wide="reading")
    for name, each in report["drift"].items():
        rows.add(name, f"{each['psi']:.3f}", f"{each['by_chance']:.3f}", each["reading"])
    rows.show()


def _risk(at: "Step") -> str:
    return "" if at["risk"] is None else f"{at['risk']:.3f}"


def _people(at: "Step") -> str:
    return str(at["to_people_per_thousand"])
