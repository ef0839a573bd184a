"""The views from which voters look at a message: `views.toml`, read once."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from baton.records import Record

_FILE = Path(__file__).with_name("views.toml")


class View(Record):
    """One voter: its name, what it is given beside the message, and what it is told."""

    name: str
    sees: tuple[Literal["customer", "topics"], ...]
    asks: str


class Views(Record):
    """The file, checked."""

    view: tuple[View, ...]


@cache
def views() -> dict[str, View]:
    """All views by name, in the order in which they are asked."""
    found = Views.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
    return {each.name: each for each in found.view}


def panel(voters: int) -> list[str]:
    """The names of the first `voters` views; of all where there are not as many."""
    return list(views())[:voters]
