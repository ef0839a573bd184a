"""Commands that a person can paste, with this program as it was called."""

import os
import shlex
import shutil
import sys
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def program() -> list[str]:
    """Return the words that call this program again from the working directory."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        return [_short(Path(sys.executable)), "-m", "baton"]
    installed = shutil.which("baton")
    if installed is not None and Path(installed).resolve() == script.resolve():
        return ["baton"]
    return [_short(script)]


def command(*arguments: str) -> str:
    """Return one line of shell that calls this program with these arguments."""
    return shlex.join([*program(), *arguments])


def _short(path: Path) -> str:
    """Return the path relative to the working directory, if it lies below."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would leave the virtual environment
    try:
        return str(absolute.relative_to(Path.cwd()))
    except ValueError:
        return str(absolute)
