"""Tables fit their terminal, and are plain in a pipe."""

import pytest
from rich.console import Console

from baton.cli.terminal.output import console
from baton.cli.terminal.rows import Rows


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> list[str]:
    terminal = Console(width=width, force_terminal=True, color_system=None, highlight=False, markup=False)
    monkeypatch.setattr("baton.cli.terminal.rows.console", lambda: terminal)
    rows = Rows("name", "message", "tokens", wide="message", right=("tokens",), spare=("tokens",))
    rows.add("one", "a message that is rather long for its column", "1,234")
    rows.add(("two", "green"), "\x1b[2J", "5")
    rows.show()
    return capsys.readouterr().out.splitlines()


def test_all_is_shown_where_there_is_room(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(monkeypatch, capsys, 80) == [
        "name  message                                       tokens",
        "\u2500" * 58,
        "one   a message that is rather long for its column   1,234",
        "two   \ufffd[2J                                               5",
    ]


@pytest.mark.parametrize("width", [20, 30, 40, 57])
def test_no_line_is_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    lines = shown(monkeypatch, capsys, width)
    assert max(map(len, lines)) <= width
    assert "\u2026" in lines[2]
    assert ("1,234" in lines[2]) == (width >= 40)


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
