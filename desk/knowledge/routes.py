"""The desk's routes: a folder with a text file for each, the first line its definition, then example messages.

# Where a parcel is and when it comes.
## late
my parcel should have been here on Monday
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from baton.errors import BadSetting


@dataclass(frozen=True)
class Route:
    """One route of messages."""

    name: str
    definition: str
    examples: tuple[str, ...]
    topics: tuple[str, ...]
    """The topic of each example: the `##` heading above it, or the route's name."""


@cache
def load_routes(folder: Path) -> dict[str, Route]:
    """Return all routes of a folder by name; each folder is read once.

    Raises:
        BadSetting: the folder holds fewer than two routes, or one lacks its definition or examples.
    """
    routes = {file.stem: _route(file) for file in sorted(folder.glob("*.txt"))}
    if len(routes) < 2:  # noqa: PLR2004 - a choice needs two
        raise BadSetting(f"{folder} holds {len(routes)} route files (NAME.txt); a desk needs at least two")
    return routes


def _route(file: Path) -> Route:
    try:
        lines = [line.strip() for line in file.read_text("utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file} cannot be read: {error}") from error
    examples, topics = _examples(lines, file.stem)
    if not lines or not lines[0].startswith("# "):
        raise BadSetting(f"{file}: the first line must define the route, as in `# Where a parcel is.`")
    if not examples:
        raise BadSetting(f"{file}: the route {file.stem!r} has no example messages")
    return Route(file.stem, lines[0].removeprefix("# "), examples, topics)


def _examples(lines: list[str], route: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the example messages, and the topic of each."""
    examples, topics, topic = list[str](), list[str](), route
    for line in lines:
        if line.startswith("## "):
            topic = line.removeprefix("## ")
        elif not line.startswith("#"):
            examples.append(line)
            topics.append(topic)
    return tuple(examples), tuple(topics)
