"""The threshold report as two plots: reliability, and risk against coverage."""

from math import ceil

from evals.calibration import CalibrationReport
from evals.report.plots import Plot, svg

TWENTIETH = 20  # the axis of the risk ends at a multiple of 0.05


def calibration_svg(report: CalibrationReport) -> str:
    """Return the text of an SVG file with both plots."""
    return svg([reliability_plot(report), risk_plot(report)])


def reliability_plot(report: CalibrationReport) -> Plot:
    """Return the accuracy of each bin of confidence with its interval; a trusted confidence lies on the diagonal."""
    plot = Plot(f"Reliability: {report['subject']}", x="confidence", y="share of right routes")
    plot.line([(0, 0), (1, 1)], colour="c", dashed=True)
    for each in report["reliability"]:
        mean, (low, high) = each["accuracy"]["mean"], each["accuracy"]["ci95"]
        if mean is not None and each["confidence"] is not None:
            plot.point(each["confidence"], mean, low=low, high=high, title=f"{each['n']} messages")
    return plot


def risk_plot(report: CalibrationReport) -> Plot:
    """Return the risk and its upper bound against coverage, with the stated risk and the fitted threshold."""
    steps, threshold = [each for each in report["risk_coverage"] if each["risk"] is not None], report["threshold"]
    highest = ceil(TWENTIETH * max([report["risk"], *(each["risk"] or 0 for each in steps)]) + 1) / TWENTIETH
    plot = Plot("Risk against coverage", x="share worked alone", y="share sent the wrong way", y_range=(0, highest))
    plot.line([(0, report["risk"]), (1, report["risk"])], colour="c", dashed=True)
    plot.line([(each["coverage"], each["upper"]) for each in steps], colour="b", dashed=True)
    plot.line([(each["coverage"], each["risk"] or 0) for each in steps])
    if threshold and threshold["verify"]["risk"] is not None:
        at = threshold["verify"]
        plot.point(
            at["coverage"],
            threshold["verify"]["risk"],
            low=at["risk"],
            high=at["upper"],
            colour="b",
            label=f"at {threshold['value']:g}",
        )
    return plot
