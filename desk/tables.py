"""Files of a business in TOML, read into records: the criteria of replies, the views of the voters."""

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from baton.errors import BadSetting
from baton.records import Record
from desk.records import Criterion, View


class Criteria(Record):
    """A file of criteria, in the order of the marks."""

    criterion: tuple[Criterion, ...]


class Views(Record):
    """A file of views; the first ones are asked first."""

    view: tuple[View, ...]


def read_criteria(file: Path) -> tuple[Criterion, ...]:
    """Return the criteria of a file; raises BadSetting with its name."""
    return read_table(file, Criteria).criterion


def read_views(file: Path) -> tuple[View, ...]:
    """Return the views of a file; raises BadSetting with its name."""
    return read_table(file, Views).view


T = TypeVar("T", bound=Record)


def read_table(file: Path, shape: type[T]) -> T:
    """Return the content of a TOML file as a record.

    Raises:
        BadSetting: it cannot be read, or does not fit; it names the file and the first fault.
    """
    try:
        return shape.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadSetting(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (OSError, ValueError) as error:
        raise BadSetting(f"{file}: {error}") from None
