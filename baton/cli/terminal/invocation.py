"""Commands that a person can paste: named as this program was called."""

import os
import shlex
import shutil
import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def program() -> list[str]:
    """How to call this program again from the working directory."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [_short(Path(sys.executable)), "-m", "baton"]
    found = shutil.which("baton")
    if found is not None and Path(found).resolve() == called.resolve():
        return ["baton"]
    return [_short(called)]


def command(*arguments: str) -> str:
    """One line of shell that calls this program with these arguments."""
    return shlex.join([*program(), *arguments])


def _short(path: Path) -> str:
    """The path as seen from the working directory, where it lies below it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would leave the virtual environment
    try:
        return str(absolute.relative_to(Path.cwd()))
    except ValueError:
        return str(absolute)
