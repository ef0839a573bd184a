"""Read the specialists: the model, the actions and the instructions that drafts of a route are made with.

`ROUTE.md` beside a route's examples; a route without one is answered by the strong model and may propose nothing.
"""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Literal

from baton.errors import BadSetting
from baton.records import Record
from desk.knowledge.front_matter import read_front_matter
from desk.records import Specialist


class Front(Record):
    """The front matter of a specialist: the model's role, and the actions that may be proposed."""

    model: Literal["cheap", "strong"] = "strong"
    actions: tuple[str, ...] = ()


@cache
def read_specialist(file: Path, known_actions: Collection[str]) -> Specialist:
    """Return the specialist of a file; without the file one that may propose no action.

    Raises:
        BadSetting: the file cannot be used, or names an action that the business does not have.
    """
    if not file.is_file():
        return Specialist()
    front, text = read_front_matter(file, Front)
    for name in front.actions:
        if name not in known_actions:
            raise BadSetting(f"{file}: actions: there is no action {name!r}; there are {', '.join(known_actions)}")
    return Specialist(model=front.model, actions=front.actions, instructions=text.strip())
