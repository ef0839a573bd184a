"""The output on a terminal: odd characters, and closed streams."""

import os
import subprocess
import sys

import pytest
from rich.console import Console

from baton.cli.terminal.output import harmless, print_with_label
from tests.baton.cli.conftest import HOUSE, Baton

pytestmark = pytest.mark.slow

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f"


@pytest.mark.parametrize(
    "text", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", FAMILY, "\u0915\u094d\u200d\u0937", "caf\u00e9"]
)
def test_what_a_language_needs_is_shown_as_it_is(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    "letter",
    [
        "\x1b",
        "\x00",
        "\x7f",
        "\x9b",
        "\r",
        "\b",
        "\u202e",
        "\u2066",
        "\u200e",
        "\u200f",
        "\u061c",
        "\u200b",
        "\u2028",
        "\ufeff",
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_replaced(letter: str) -> None:
    assert harmless(f"a{letter}b") == "a\ufffdb"


def test_a_reply_with_joiners_is_printed_whole(baton: Baton) -> None:
    assert f"You said: {FAMILY}\n" in baton("run", "toy", FAMILY).out


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["runs", "run toy hello --json"])
def test_a_closed_stream_is_no_error(baton: Baton, closed: str, arguments: str) -> None:
    assert baton("run", "toy", "hello", "--thread-id", "first").code == 0
    shell = f'"{sys.executable}" -m baton {arguments} {closed}'
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(["/bin/sh", "-c", shell], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("first" in done.stdout or "thread_id" in done.stdout) == (" >&-" not in f" {closed}")
    assert baton("show", "first").code == 0


def test_the_versions_are_one_line(baton: Baton) -> None:
    result = baton("--version")
    assert result.code == 0
    name, version, framework, other = result.out.split()
    assert (name, framework) == ("baton", "langgraph")
    assert version[0].isdigit()
    assert other[0].isdigit()
    assert len(result.out.splitlines()) == 1


@pytest.mark.parametrize("command", [("--help",), ("dead-letters", "--help"), ("run", "--help"), ("bank", "--help")])
def test_a_help_names_no_object_of_the_program(baton: Baton, command: tuple[str, ...]) -> None:
    result = baton(*command)
    assert result.code == 0
    assert " object at 0x" not in result.out


@pytest.mark.parametrize("width", [24, 40])
def test_labelled_sentences_fold_between_words_beside_their_label(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    terminal = Console(width=width, force_terminal=True, color_system=None, highlight=False, markup=False)
    monkeypatch.setattr("baton.cli.terminal.output.console", lambda: terminal)
    print_with_label("because   ", "a policy answers it, and nobody else needs to look")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("because   a policy")
    assert all(line.startswith(" " * 10) and line[10] != " " for line in lines[1:])
    assert " ".join(line[10:] for line in lines) == "a policy answers it, and nobody else needs to look"
