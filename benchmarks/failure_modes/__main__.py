"""Runs the pairs of `docs/failure-modes.md`: each failure mode without its fence, and with it.

    python -m benchmarks.failure_modes [--write] [NAME ...]

`--write` writes what is printed into the page too.
Everything is offline and deterministic: calls and tokens are counted, answers are the stand-in's.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from benchmarks.failure_modes import agent_first, no_cap, no_evaluation_set, no_observability, stringly_state

MODES = {
    module.__name__.rpartition(".")[2]: module
    for module in (agent_first, no_cap, stringly_state, no_observability, no_evaluation_set)
}


PAGE = Path(__file__).parents[2] / "docs" / "failure-modes.md"


def seen(name: str) -> dict[str, list[str]]:
    """Run both halves of a pair in the home of this process, and return the lines of each."""
    module = MODES[name]
    return {"without": asyncio.run(module.without()), "with": asyncio.run(module.with_fence())}


def main(names: list[str]) -> int:
    """Run and print, and return the exit code; 2 for a name that is none."""
    write = "--write" in names
    names = [name for name in names if name != "--write"]
    if unknown := set(names) - MODES.keys():
        sys.stderr.write(f"no failure mode {min(unknown)!r}; there are {', '.join(MODES)}\n")
        return 2
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        for name in names or MODES:
            for half, lines in seen(name).items():
                sys.stdout.write("\n".join([f"{name}, {half} the fence", *(f"  {line}" for line in lines), ""]))
                if write:
                    write_block(f"{name} {half}", lines)
    return 0


def write_block(marks: str, lines: list[str]) -> None:
    """Replace the text of a block of the page."""
    text = "\n".join([f"```text {marks}", *lines, "```"])
    old = re.compile(rf"^```text {marks}\n.*?^```$", re.MULTILINE | re.DOTALL)
    PAGE.write_text(old.sub(lambda _: text, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
