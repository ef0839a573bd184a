"""The steps of a graph as its answers are judged by: which step owes what, and the paths that messages should take."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field, ValidationError

from baton.errors import BadSetting
from baton.records import Record

FILE = Path(__file__).with_name("steps.toml")


class GraphSteps(Record):
    """What is expected of one graph's steps; a graph that the file does not name has no such expectations."""

    proposes: bool = False
    branches: list[str] = Field(default_factory=list)
    owes: dict[str, list[str]] = Field(default_factory=dict)
    paths: dict[str, list[str]] = Field(default_factory=dict)

    def is_branch(self, step: str) -> bool:
        """Return whether a step runs once for each branch, so that its results count together."""
        return step.startswith(tuple(self.branches)) if self.branches else False


def graph_steps(graph: str) -> GraphSteps:
    """Return what is expected of a graph's steps."""
    return _all_steps(FILE).get(graph, GraphSteps())


@cache
def _all_steps(file: Path) -> Mapping[str, GraphSteps]:
    """Read the file.

    Raises:
        BadSetting: it is not what `GraphSteps` describes.
    """
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
        return {graph: GraphSteps.model_validate(table) for graph, table in tables.items()}
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadSetting(f"{file}: {str(error).splitlines()[0]}") from error
