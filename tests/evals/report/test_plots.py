"""A plot is SVG that any browser shows: well formed, with nothing fetched, its marks where the values are."""

import re
from xml.etree import ElementTree as ET

from evals.calibration import AnsweredSet, calibration_report
from evals.report.calibration_plots import calibration_svg
from evals.report.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Plot, svg
from evals.thresholds import Answered

SVG = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot) -> ET.Element:
    return ET.fromstring(svg([plot]))  # noqa: S314 - our own text


def test_corners_of_the_ranges_lie_on_the_axes() -> None:
    plot = Plot("t", x="x", y="y", x_range=(10, 20), y_range=(0, 4))
    plot.point(10, 0)
    plot.point(20, 4)
    found = [(float(each.attrib["cx"]), float(each.attrib["cy"])) for each in drawn(plot).iter(f"{SVG}circle")]
    assert found == [(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)]


def test_what_is_out_of_range_is_drawn_at_the_edge() -> None:
    plot = Plot("t", x="x", y="y")
    plot.point(2, -1)
    [circle] = drawn(plot).iter(f"{SVG}circle")
    assert (float(circle.attrib["cx"]), float(circle.attrib["cy"])) == (WIDTH - RIGHT, HEIGHT - BOTTOM)


def test_an_error_bar_spans_its_interval() -> None:
    plot = Plot("t", x="x", y="y")
    plot.point(0.5, 0.5, low=0.0, high=1.0)
    bars = [each.attrib["d"] for each in drawn(plot).iter(f"{SVG}path") if each.attrib["class"] == "a"]
    assert len(bars) == 1
    assert f" {HEIGHT - BOTTOM:.1f}V{TOP:.1f}" in bars[0]


def test_names_are_text_and_no_markup() -> None:
    plot = Plot("<b>", x="a & b", y="y")
    plot.point(0, 0, label="<i>", title="1 < 2")
    texts = [each.text for each in drawn(plot).iter(f"{SVG}text")]
    assert {"<b>", "a & b", "<i>"} <= set(texts)


def test_nothing_is_fetched() -> None:
    plot = Plot("t", x="x", y="y")
    plot.line([(0, 0), (1, 1)])
    assert set(re.findall(r"https?://[^\"\s]+", svg([plot]))) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import|href", svg([plot]))


def test_the_threshold_report_is_two_plots_beside_each_other() -> None:
    answers = AnsweredSet("set", [Answered("a", 0.9, right=number > 0) for number in range(200)])
    whole = ET.fromstring(calibration_svg(calibration_report("toy", answers, answers, 0.05)))  # noqa: S314
    assert [each.attrib["x"] for each in whole.iter(f"{SVG}svg") if "x" in each.attrib] == ["0", str(WIDTH)]
    assert any(each.text == "at 0.9" for each in whole.iter(f"{SVG}text"))
