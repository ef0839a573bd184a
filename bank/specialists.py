"""The specialists: who drafts for a route, with which model, which actions and which instructions.

`ROUTE.md` beside a route's examples; a route without one is answered by the strong model and may propose nothing.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from bank.front_matter import read_front_matter
from bank.routes import routes_folder
from baton.records import Record
from state.actions import ActionName


class Front(Record):
    """What a specialist's file says before its text: the model's role, and the actions that may be proposed."""

    model: Literal["cheap", "strong"] = "strong"
    actions: tuple[ActionName, ...] = ()


class Specialist(Front):
    """Who drafts for a route."""

    instructions: str = ""


def specialist(route: str) -> Specialist:
    """The specialist of a route of the desk.

    Raises:
        BadSetting: its file cannot be used.
    """
    return _specialist(routes_folder() / f"{route}.md")


@cache
def _specialist(file: Path) -> Specialist:
    if not file.is_file():
        return Specialist()
    front, text = read_front_matter(file, Front)
    return Specialist(model=front.model, actions=front.actions, instructions=text.strip())
