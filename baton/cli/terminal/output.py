"""Writes to the terminal: results on stdout, progress and errors on stderr; `--json` puts JSON alone on stdout."""

import json
import os
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

from baton.redact import redact

if TYPE_CHECKING:
    from rich.console import Console

JOINERS = frozenset("\u200c\u200d")  # part of words in many scripts and of emoji; they do not move the cursor
PIPE_WIDTH = 160  # columns where there is no terminal to fit


def harmless(text: str) -> str:
    """Return `text` without control characters and others that a terminal cannot show; messages come from strangers."""
    return "".join(letter if _shows(letter) else "\ufffd" for letter in text.replace("\t", " "))


def note(text: str) -> None:
    """Write a plain line to stderr, masked, since a log may keep it."""
    sys.stderr.write(f"{harmless(redact(text))}\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """Write plain lines to stdout."""
    sys.stdout.write(f"{harmless(text)}\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """Write one JSON value to stdout, in ASCII, which every terminal and pipe carries, and flush."""
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def discard_output(*streams: TextIO) -> None:
    """Redirect the streams to `os.devnull`, once their reader is gone."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@lru_cache(maxsize=2)
def console(*, stderr: bool = False) -> "Console":
    """Return Rich's console; for a pipe it writes plain text that is not folded to 80 columns."""
    from rich.console import Console

    is_pipe = not (sys.stderr if stderr else sys.stdout).isatty()
    columns = os.environ.get("COLUMNS", "")
    width = (int(columns) if columns.isdecimal() and int(columns) else PIPE_WIDTH) if is_pipe else None
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def print_text(text: str, style: str | None = None) -> None:
    """Print lines on stdout without folding them: they may be commands."""
    console().print(harmless(text), style=style, soft_wrap=True)


def print_prose(text: str, style: str | None = None) -> None:
    """Print sentences on stdout, folded between words at a terminal's width."""
    console().print(harmless(text), style=style, soft_wrap=not console().is_terminal)


def print_with_label(label: str, text: str, style: str = "") -> None:
    """Print sentences on stdout behind a label, folded and indented to its width."""
    from rich.text import Text

    room = max(1, console().width - len(label)) if console().is_terminal else sys.maxsize
    for number, line in enumerate(Text(harmless(text), style).wrap(console(), room)):
        line.rstrip()
        console().print(Text.assemble((" " * len(label) if number else label, "dim"), line), soft_wrap=True)


def _shows(letter: str) -> bool:
    return letter.isprintable() or letter == "\n" or letter in JOINERS or unicodedata.category(letter) == "Zs"
