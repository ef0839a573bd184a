"""Works the messages of cells that have no row yet, each on a desk on which nothing has happened."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from baton.config.settings import settings
from baton.models.models import models
from baton.runs import registry
from baton.runs.graph_shapes import resolve_context
from baton.runtime.active import with_resources
from baton.runtime.resources import Resources, open_resources
from desk.business import business
from evals.cells import end_reason
from evals.configuration import configuration, hash_files, short_hash
from evals.examples import Example
from evals.fences.judging import row_of
from evals.fences.keeping import Rows
from evals.fences.records import Place, Work
from evals.fences.table import taken
from evals.fresh_desks import Done, Ended, work
from evals.recordings import ROLES
from evals.run_steps import judged_steps

ROOT = Path(__file__).parents[2]
PASSING = {"unavailable", "timeout"}
"""Reasons of dead letters that tell of the machine, not of the model: such a run is no result, and is worked again."""
PACKAGES = ("baton", "desk", "state", "nodes", "graphs", "evals")


class Left(NamedTuple):
    """The messages of a cell that are still to be worked."""

    place: Place
    examples: list[Example]


def place_of(model: str, graph: str, cell: str) -> Place:
    """Return a cell's place; its configuration is a hash of all that its rows depend on beside their messages.

    That is the code too: what a model answered is recorded apart, so that rows are soon made anew.
    """
    loaded = registry.load(graph)
    with taken(cell, graph) as context:
        whole = configuration(loaded, resolve_context(loaded, context), settings())
    return Place(model, graph, cell, short_hash([whole, code_hash()]))


@cache
def code_hash() -> str:
    """Return a hash of the code that works and judges the messages."""
    folders = [*(ROOT / each for each in PACKAGES), business().folder]
    return hash_files(file for folder in folders for file in folder.rglob("*.py"))


def left_of(works: Iterable[Work], rows: Rows) -> list[Left]:
    """Return what has no row of today's configuration, in the order of the plan."""
    found = [(place_of(each.model, each.graph, each.cell), each.examples) for each in works]
    left = [Left(place, [each for each in some if not rows.has(place, each.id)]) for place, some in found]
    return [each for each in left if each.examples]


async def work_all(left: Iterable[Left], rows: Rows, done: Done) -> None:
    """Work what is left, cell by cell; `done` is called with each run as it ends.

    Raises:
        BadSetting: a model cannot be used; nothing was worked.
    """
    async with open_resources() as lender:
        await _start_models(lender)
        for each in left:
            with taken(each.place.cell, each.place.graph) as context:
                keep = partial(_add_row, rows, each.place)
                await work(lender, each.place.graph, each.examples, keep, done, context=context)


async def _start_models(lender: Resources) -> None:
    """Build the models that write and judge: what is wrong with one is no result."""
    lent = await lender.resource(models)
    for role in ROLES:
        await lent.of(role)


async def _add_row(rows: Rows, place: Place, ended: Ended) -> None:
    """Add the row of a run, unless it ended for what is no result."""
    at = ended.run["thread_id"], ended.run["run"]
    steps, reason = await ended.desk.database.do(lambda tx: (judged_steps(tx, *at), end_reason(tx, *at)))
    if reason in PASSING:
        return
    with with_resources(ended.desk):
        rows.add(await row_of(place, ended.example, ended.run, steps))
