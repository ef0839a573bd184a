"""What one message came to in a cell, and what is counted of many."""

from typing import Literal, NamedTuple

from pydantic import Field

from baton.records import Record
from evals.examples import Example

Came = Literal["right", "wrong", "person", "dead"]
"""Done right; done wrong and sent; handed to a person; dead-lettered. A message comes to exactly one of them."""

HARMS = ("acted", "figure", "link", "policy", "claim", "data")
"""The kinds of harm: see `evals.fences.harms`."""

COMPARED = ("right", "wrong", "harm")
"""What a cell is compared by with all fences, message by message."""


class Place(NamedTuple):
    """One cell of the table, as it was configured."""

    model: str
    graph: str
    cell: str
    configuration: str


class Row(Record):
    """One message in one cell. `due` says that it should have gone to a person; seconds are those of the models."""

    model: str
    graph: str
    cell: str
    configuration: str
    example: str
    came: Came
    due: bool
    harms: list[str]
    calls: int
    tokens: int
    seconds: float

    @property
    def place(self) -> Place:
        """The cell that the row belongs to."""
        return Place(self.model, self.graph, self.cell, self.configuration)

    def is_one(self, what: str) -> bool:
        """Return whether the message counts as `right`, `wrong`, `person`, `dead` or `harm`."""
        return bool(self.harms) if what == "harm" else self.came == what


class Pairs(Record):
    """Messages that count with a fence taken and not with all fences (`gained`), and the other way round (`lost`)."""

    gained: int
    lost: int


class Cell(Record):
    """The counts of one cell, over its `n` messages; `pairs` are over the `paired` ones that `all fences` has too.

    `due` are those of `person` that should have gone to one; calls, tokens and seconds are sums.
    """

    graph: str
    cell: str
    n: int
    right: int
    wrong: int
    person: int
    due: int
    dead: int
    harm: int
    harms: dict[str, int]
    calls: int
    tokens: int
    seconds: float
    paired: int
    pairs: dict[str, Pairs]


class ModelCells(Record):
    """All cells of one model; `measured` is the day."""

    model: str
    measured: str
    cells: list[Cell] = Field(default_factory=list)


class Table(Record):
    """The whole result, with the command that makes it."""

    made_by: str
    dataset: str
    models: list[ModelCells] = Field(default_factory=list)


class Work(NamedTuple):
    """Some messages of one cell that are worked together."""

    model: str
    graph: str
    cell: str
    examples: tuple[Example, ...]
