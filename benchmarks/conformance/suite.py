"""Runs the checks, each in a folder and a home of its own."""

import asyncio
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.conformance.checks import CHECKS, Check, Trial
from benchmarks.conformance.stage import stage
from desk.business import business

WARM = ("*.key", "*.arrays")
"""The files of a home that need not be made anew for each check."""


class Outcome(NamedTuple):
    """What came of a check; `fault` is None where the promise is kept."""

    check: Check
    side: str
    fault: str | None


def conform(side: str, check: Check) -> Outcome:
    """Put one side to one check; it runs in a home that has what the home of this process has."""
    with _own_home() as folder, stage(folder) as faults:
        try:
            asyncio.run(check.run(Trial(side, folder, faults)))
        except AssertionError as error:
            return Outcome(check, side, str(error) or "not as promised")
        except Exception as error:  # noqa: BLE001 - an implementation may raise anything, and that is no promise kept
            return Outcome(check, side, f"{type(error).__name__}: {error}")
    return Outcome(check, side, None)


def conform_all(sides: Iterable[str], checks: Iterable[Check] = CHECKS) -> list[Outcome]:
    """Put every side to every check."""
    names = list(sides)
    warm()
    return [conform(side, check) for check in checks for side in names]


def warm() -> None:
    """Train the router in the home of this process, so that no check's first step waits for it."""
    business().knowledge().load()


@contextmanager
def _own_home() -> Iterator[Path]:
    shared = Path(os.environ["BATON_HOME"])
    with tempfile.TemporaryDirectory() as place:
        home = Path(place, "home")
        home.mkdir(mode=0o700)
        for pattern in WARM:
            for kept in shared.glob(pattern):
                (home / kept.name).write_bytes(kept.read_bytes())
                (home / kept.name).chmod(0o600)
        with patch.dict(os.environ, {"BATON_HOME": str(home)}):
            yield Path(place)
