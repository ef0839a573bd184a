"""Where words go: answers on stdout, what happens meanwhile on stderr; JSON alone where a program listens."""

import json
import os
import sys
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

from baton.redact import redact

if TYPE_CHECKING:
    from rich.console import Console

JOINERS = frozenset("\u200c\u200d")  # words of many scripts and families of emoji hold them; they move nothing
PIPE_WIDTH = 160  # columns where there is no terminal to fit


def harmless(text: str) -> str:
    """`text` without what a terminal would obey or cannot show; messages come from strangers."""
    return "".join(letter if _shows(letter) else "\ufffd" for letter in text.replace("\t", " "))


def note(text: str) -> None:
    """A plain line on stderr, masked: a log may keep it."""
    sys.stderr.write(f"{harmless(redact(text))}\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """Plain lines on stdout."""
    sys.stdout.write(f"{harmless(text)}\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """One JSON value on stdout, in ASCII so that every terminal and pipe carries it, and at once."""
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def forget(*streams: TextIO) -> None:
    """Let what is still said there go nowhere: whoever read it has gone."""
    for stream in streams:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@lru_cache(maxsize=2)
def console(*, stderr: bool = False) -> "Console":
    """Rich's console; a pipe gets plain text that is not folded to 80 columns."""
    from rich.console import Console

    piped = not (sys.stderr if stderr else sys.stdout).isatty()
    wanted = os.environ.get("COLUMNS", "")
    width = (int(wanted) if wanted.isdecimal() and int(wanted) else PIPE_WIDTH) if piped else None
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def print_text(text: str, style: str | None = None) -> None:
    """A line or more on stdout, never broken in two: it may be a command."""
    console().print(harmless(text), style=style, soft_wrap=True)


def print_prose(text: str, style: str | None = None) -> None:
    """Sentences on stdout, folded between words at a terminal's width."""
    console().print(harmless(text), style=style, soft_wrap=not console().is_terminal)


def print_labelled(label: str, text: str, style: str = "") -> None:
    """Sentences on stdout behind a label; what does not fit on its line stands below, as far to the right."""
    from rich.text import Text

    room = max(1, console().width - len(label)) if console().is_terminal else sys.maxsize
    for number, line in enumerate(Text(harmless(text), style).wrap(console(), room)):
        line.rstrip()
        console().print(Text.assemble((" " * len(label) if number else label, "dim"), line), soft_wrap=True)


def _shows(letter: str) -> bool:
    return letter.isprintable() or letter == "\n" or letter in JOINERS or unicodedata.category(letter) == "Zs"
