"""The criteria that a reply is held against: `criteria.toml`, read once."""

import tomllib
from functools import cache
from pathlib import Path

from baton.records import Record

_FILE = Path(__file__).with_name("criteria.toml")


class Criterion(Record):
    """One criterion, told to the judge as it stands."""

    number: int
    name: str
    asks: str


class Criteria(Record):
    """The file, checked."""

    criterion: tuple[Criterion, ...]


@cache
def criteria() -> dict[int, Criterion]:
    """All criteria by number, in their order."""
    found = Criteria.model_validate(tomllib.loads(_FILE.read_text(encoding="utf-8")))
    return {each.number: each for each in found.criterion}
