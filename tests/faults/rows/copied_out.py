"""Row 22: every pattern copied out, run and tested where nothing but the copy and the library is found."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.copies import library_alone, work_copies
from tests.faults.suite.frame import Outcome, Trial, row
from tests.test_house import graph_registry


@row(22, "the checkout is gone: each pattern as `baton copy` writes it, run, shown and tested")
def copied_out(_seed: int) -> Iterator[Trial]:
    """A trial for each registered graph."""
    for pattern in graph_registry():
        yield Trial(pattern, "baton", partial(_work, pattern))


def _work(pattern: str, folder: Path) -> Outcome:
    try:
        work_copies({pattern: folder / "copy"}, library_alone(folder / "library"))
    except AssertionError as error:
        return Outcome(lost=1, note=str(error)[:2_000])
    return Outcome()
