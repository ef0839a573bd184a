"""Strangers' texts in Markdown: as code, whose marks are longer than any that the text holds. Functions of values."""

import re

from baton.cli.terminal.output import harmless

BACKTICKS = re.compile("`+")


def code(text: str) -> str:
    """Return text as a code span on one line, in which no mark, link or name of a person means anything."""
    line = harmless(" ".join(text.split())).replace("|", "\\|")
    ticks = "`" * (_longest(line) + 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"{ticks}{line or ' '}{ticks}"


def block(text: str) -> str:
    """Return text as a code block that none of its own lines can end."""
    fence = "`" * max(3, _longest(text) + 1)
    return f"{fence}text\n{harmless(text)}\n{fence}"


def _longest(text: str) -> int:
    return max(map(len, BACKTICKS.findall(text)), default=0)
