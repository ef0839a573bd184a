"""The desk's policies: a folder of short documents with front matter."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from baton.errors import BadSetting
from baton.records import Record
from desk.knowledge.front_matter import read_front_matter
from desk.knowledge.passages import Part, parts


class Front(Record):
    """The front matter of a policy."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    title: Annotated[str, StringConstraints(min_length=1)]
    route: str
    topics: tuple[str, ...] = ()
    """The topics of messages that it answers: headings of the routes' examples, of any route."""
    effective: date
    ends: date | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    audience: Literal["customers", "clerks"] = "customers"
    """For clerks alone: people read it, no reply can rest on it."""


@dataclass(frozen=True)
class Policy:
    """One document of the folder; its passages are what customers may be told."""

    front: Front
    passages: tuple[Part, ...]
    file: Path

    def holds(self, day: date) -> bool:
        """Return whether it is in force on a day, whatever supersedes it."""
        return self.front.effective <= day and (self.front.ends is None or day <= self.front.ends)


def in_force(policies: dict[str, Policy], day: date) -> list[Policy]:
    """Return the policies that are in force on a day and superseded by none that is."""
    current = {name: each for name, each in policies.items() if each.holds(day)}
    superseded = {each.front.supersedes for each in current.values()}
    return [
        each for name, each in current.items() if name not in superseded and each.front.superseded_by not in current
    ]


def load_policies(folder: Path) -> dict[str, Policy]:
    """Return all policies of a folder by id.

    Raises:
        BadSetting: the folder has no policies, an id is missing, repeated or refers to no policy, or front matter does
            not parse; it names the file.
    """
    policies: dict[str, Policy] = {}
    for file in sorted(folder.glob("*.md")):
        policy = _read_policy(file)
        if earlier := policies.get(policy.front.id):
            raise BadSetting(f"{file}: the id {policy.front.id} is taken by {earlier.file.name}")
        policies[policy.front.id] = policy
    if not policies:
        raise BadSetting(f"{folder} holds no policies (*.md); set BATON_POLICIES to a folder that does")
    for each in policies.values():
        for other in filter(None, (each.front.supersedes, each.front.superseded_by)):
            if other not in policies:
                raise BadSetting(f"{each.file}: it refers to the policy {other}, which there is not")
    return policies


def _read_policy(file: Path) -> Policy:
    front, text = read_front_matter(file, Front)
    if not parts(text):
        raise BadSetting(f"{file}: it holds headings alone; write the rule below them")
    return Policy(front, () if front.audience == "clerks" else tuple(parts(text, for_customers=True)), file)
