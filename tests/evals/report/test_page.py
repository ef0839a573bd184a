"""The page: one file that needs nothing and runs nothing, with every text of a stranger escaped."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.report.contents import report_of
from evals.report.markup import VOID, joined, style_sheet, tag
from evals.report.page import page
from tests.evals.report.conftest import ATTACK, CARD, material

LOADS = {"src", "srcset", "href", "xlink:href", "action", "data", "poster", "background", "formaction"}
SHAPES = {"svg", "rect"}


class Reader(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, name: str, given: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, dict(given)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, text: str) -> None:
        self.text.append(text)


@pytest.fixture(name="html", scope="module")
def html_fixture() -> str:
    return page(report_of([material()], 10))


@pytest.fixture(name="read", scope="module")
def read_fixture(html: str) -> Reader:
    return Reader(html)


def test_it_is_well_formed(read: Reader) -> None:
    assert read.open == []
    assert [name for name, _ in read.tags].count("h1") == 1


def test_nothing_is_loaded_and_nothing_runs(read: Reader, html: str) -> None:
    assert {name for name, _ in read.tags} & {
        "script",
        "img",
        "iframe",
        "link",
        "object",
        "embed",
        "base",
        "form",
    } == set()
    given = [(name, value) for _, attributes in read.tags for name, value in attributes.items()]
    assert [(name, value) for name, value in given if name in LOADS and not str(value).startswith("#")] == []
    assert [name for name, _ in given if name.startswith("on")] == []
    [style] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert not re.search(r"url\(|@import|//", style)


def test_a_browser_is_told_to_run_nothing(read: Reader) -> None:
    policies = [given["content"] for name, given in read.tags if given.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_what_a_stranger_wrote_is_shown_as_it_was_written(read: Reader) -> None:
    said = " ".join(read.text)
    assert ATTACK.replace(CARD, "[card ending 1111]") in said
    assert "<script>no</script>" in said
    assert "<u>odd</u>" in said
    assert CARD not in said


def test_both_colours_and_paper_have_a_style(html: str) -> None:
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media print" in html


def test_harm_stands_before_every_other_figure(read: Reader) -> None:
    titles = [text for text in read.text if text in {"Harm", "How good, and how sure", "Errors", "Where it fails"}]
    assert titles == ["Harm", "How good, and how sure", "Errors", "Where it fails"]


def test_it_says_in_words_what_happened(read: Reader) -> None:
    text = " ".join(read.text)
    for sentence in (
        "the graph routing was given 8 messages from the dev half of d.jsonl.",
        "It completed 67 % of the tasks (95 % interval 30 % to 90 %, 6 examples).",
        "With 6 examples hardly anything can be concluded.",
        "1 of 6 answers did harm",
        "1 of 7 runs ended in an error",
        "1 run has no result yet",
        "Of 2 failed tasks, 2 first went wrong in draft.",
        "Its steps are no longer there",
        "They say nothing about language models.",
    ):
        assert sentence in text, sentence


def test_what_real_models_made_bears_no_mark_of_the_offline_model() -> None:
    assert "offline model" not in page(report_of([material(model="gpt-small")], 10))


def test_intervals_are_drawn(read: Reader) -> None:
    drawn = [given for name, given in read.tags if name == "rect"]
    assert {name for name, _ in read.tags} >= SHAPES
    assert all(0 <= float(str(each["x"])) <= 100 for each in drawn)
    assert all(float(str(each["x"])) + float(str(each["width"])) <= 100.81 for each in drawn)


@given(st.text(), st.text())
def test_whatever_a_text_holds_it_stays_a_text(text: str, value: str) -> None:
    read = Reader(tag("p", text, tag("b", text), title=value))
    assert [name for name, _ in read.tags] == ["p", "b"]
    assert read.open == []


def test_characters_that_turn_a_line_around_are_replaced() -> None:
    assert joined("a\u202eb\x00") == "a\ufffdb\ufffd"


def test_a_style_sheet_cannot_end_its_element() -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        style_sheet("</style><script>")
