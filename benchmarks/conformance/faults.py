"""Faults that a check plants at a point, each to strike once; they are files, so that other processes meet them too."""

import os
import signal
from pathlib import Path
from typing import Self

FOLDER = "CONFORMANCE_FOLDER"
"""The variable that names the folder of the check in progress."""


class Faults:
    """The faults of one check, and a note of every point that was reached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_process(cls) -> Self:
        """Return those of the check that this process works for."""
        return cls(Path(os.environ[FOLDER]))

    def plant(self, point: str, kind: str, times: int = 1) -> None:
        """Plant a fault to strike so many times; its kinds are those of `strike`, others are the point's own."""
        for number in range(times):
            (self.folder / f"{point}.{kind}.{number}").touch()

    def mend(self) -> None:
        """Take away whatever has not struck."""
        for fault in self.folder.glob("*.*.[0-9]*"):
            fault.unlink(missing_ok=True)

    def strike(self, point: str) -> None:
        """Note that a point is reached, and die or fail there if a fault says so.

        Raises:
            ConnectionError: as if the other side did not answer.
        """
        with (self.folder / "reached").open("a") as notes:
            notes.write(f"{point}\n")
        if self.take(point, "kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.take(point, "fail"):
            raise ConnectionError(f"no answer at {point}")

    def take(self, point: str, kind: str) -> bool:
        """Return whether a fault of that kind is planted at a point, and use it up."""
        for fault in self.folder.glob(f"{point}.{kind}.*"):
            try:
                fault.unlink()
            except FileNotFoundError:  # another process was quicker
                continue
            return True
        return False

    def reached(self, *points: str) -> int:
        """Return how often these points were reached, in every process."""
        notes = self.folder / "reached"
        return sum(line in points for line in notes.read_text().split()) if notes.exists() else 0
