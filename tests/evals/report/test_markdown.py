"""The report as Markdown: the same facts, and nothing of a stranger's that a renderer would obey."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evals.report.code_marks import block, code
from evals.report.contents import report_of
from evals.report.markdown import markdown
from tests.evals.report.conftest import CARD, material

TEXT = markdown(report_of([material()], 10))
RENDERED = MarkdownIt("commonmark").enable("table").render(TEXT)


def test_it_says_what_the_page_says() -> None:
    for line in (
        "# Evaluation of routing",
        "> **Made with the offline model",
        "1 of 6 answers did harm",
        "1 of 7 runs ended in an error",
        '- set for its runs: `{"route_threshold": 0.9}`',
        "| `draft` | 2 |",
        "- first wrong step: `draft`",
        "2. `draft` done, 1.5 s, **went wrong first**",
    ):
        assert line in TEXT, line


def test_what_a_stranger_wrote_is_code_and_nothing_else() -> None:
    outside = re.sub(r"<code[^>]*>.*?</code>", "", RENDERED, flags=re.DOTALL)
    assert not re.search("evil|script|<img|<a |<u>|<b>|<i>|@you", outside)
    assert "&lt;script&gt;alert(1)" in RENDERED
    assert CARD not in TEXT


def test_every_table_has_its_columns() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and "first wrong" not in line]
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} <= {4, 6}


@given(st.text())
def test_a_code_span_holds_any_text(text: str) -> None:
    rendered = MarkdownIt("commonmark").render(f"- x: {code(text)} end")
    assert rendered.count("<code>") == 1
    assert re.fullmatch(r"<ul>\n<li>x: <code>.*</code> end</li>\n</ul>\n", rendered, re.DOTALL)


@given(st.text())
def test_a_code_block_holds_any_text(text: str) -> None:
    rendered = MarkdownIt("commonmark").render(f"{block(text)}\n\nend")
    assert rendered.startswith("<pre><code")
    assert rendered.endswith("</code></pre>\n<p>end</p>\n")
