"""Tables fit their terminal, and are plain in a pipe."""

import pytest
from rich.cells import cell_len
from rich.console import Console

from baton.cli.terminal.output import console
from baton.cli.terminal.rows import Rows
from baton.cli.views.phrases import shorten


def show_rows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> list[str]:
    terminal = Console(width=width, force_terminal=True, color_system=None, highlight=False, markup=False)
    monkeypatch.setattr("baton.cli.terminal.rows.console", lambda: terminal)
    rows = Rows("name", "message", "tokens", wide="message", right=("tokens",), spare=("tokens",))
    rows.add("one", "a message that is rather long for its column", "1,234")
    rows.add(("two", "green"), "\x1b[2J", "5")
    rows.show()
    return capsys.readouterr().out.splitlines()


def test_all_is_shown_where_there_is_room(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_rows(monkeypatch, capsys, 80) == [
        "name  message                                       tokens",
        "\u2500" * 58,
        "one   a message that is rather long for its column   1,234",
        "two   \ufffd[2J                                               5",
    ]


@pytest.mark.parametrize("width", [20, 30, 40, 57])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    lines = show_rows(monkeypatch, capsys, width)
    assert max(map(len, lines)) <= width
    assert ("1,234" in " ".join(lines)) == (width >= 40)
    first = lines[2 : next(number for number, line in enumerate(lines) if line.startswith("two"))]
    words = " ".join(first).replace("1,234", "").split()
    assert words == "one a message that is rather long for its column".split()


def test_where_nothing_readable_is_left_the_wide_cell_stands_below(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_rows(monkeypatch, capsys, 24) == [
        "name",
        "\u2500" * 4,
        "one",
        "  a message that is",
        "  rather long for its",
        "  column",
        "two",
        "  \ufffd[2J",
    ]


@pytest.mark.parametrize("text", ["many words that go on and on for ever", "x" * 60, "\u6f22\u5b57 " * 20])
def test_a_cell_of_too_many_lines_ends_in_an_ellipsis(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    terminal = Console(width=12, force_terminal=True, color_system=None, highlight=False, markup=False)
    monkeypatch.setattr("baton.cli.terminal.rows.console", lambda: terminal)
    rows = Rows("message", wide="message", lines=2)
    rows.add(text)
    rows.show()
    lines = capsys.readouterr().out.splitlines()[2:]
    assert len(lines) == 2
    assert max(map(cell_len, lines)) <= 12
    assert lines[1].endswith("\u2026")
    if " " in text:
        assert set(" ".join(lines).removesuffix("\u2026").split()) <= set(text.split())


@pytest.mark.parametrize(
    "text,width,expected",
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two\u2026"),
        ("one two three", 8, "one two\u2026"),
        ("one  two\nthree", 9, "one two\u2026"),
        ("a " + "x" * 20, 10, "a xxxxxxx\u2026"),
    ],
)
def test_a_text_is_shortened_between_its_words(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected
    assert len(expected) <= width


@pytest.mark.parametrize("columns,width", [("60", 60), ("", 160), ("0", 160), ("-5", 160), ("wide", 160)])
def test_a_pipe_is_as_wide_as_columns_says(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    console.cache_clear()
    assert console().width == width
    console.cache_clear()


def test_a_pipe_gets_whole_lines_without_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert not console().is_terminal
    rows = Rows("name", "message", wide="message")
    rows.add("one", "x" * 300)
    rows.show()
    assert capsys.readouterr().out == f"name  message\none   {'x' * 300}\n"
