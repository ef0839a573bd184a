"""HTML whose texts are escaped by construction: only what `tag` made goes into a page as it is."""

from collections.abc import Iterable
from html import escape

from baton.cli.terminal.output import harmless

VOID = {"meta", "br", "wbr"}
"""Elements without an end."""


class Markup(str):
    """Text that is HTML already. Nothing outside this module makes one of a text that it was given."""

    __slots__ = ()


Content = str | int | None | Iterable["Content"]
"""What stands in an element: texts, elements, any nesting of both; None is nothing."""


def tag(name: str, /, *content: Content, **attributes: str | float | None) -> Markup:
    """Return an element with its content and attributes, every text escaped.

    `class_` and `for_` stand for the words that Python keeps, any other `_` for `-`; an attribute of None is left out.
    """
    given = {key: value for key, value in attributes.items() if value is not None}
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_text(str(value))}"' for key, value in given.items())
    return Markup(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{joined(content)}</{name}>")


def joined(content: Content) -> Markup:
    """Return content as HTML; characters that nothing can show, or that turn the line's direction, are replaced."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int):
        return Markup(_text(str(content)))
    return Markup("".join(map(joined, content)))


def style_sheet(css: str) -> Markup:
    """Return a style element with a style sheet of ours, in which nothing is escaped.

    Raises:
        ValueError: it would end the element.
    """
    if "</" in css:
        raise ValueError("a style sheet cannot hold '</'")
    return Markup(f"<style>\n{css}</style>")


def _text(text: str) -> str:
    return escape(harmless(text))
