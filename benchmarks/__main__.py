"""Runs every benchmark in turn, or those that are named: `python -m benchmarks [NAME ...]`.

Each is a module here, run in a process of its own as `python -m benchmarks.NAME`. It prints its figures and exits with
1 where a goal is missed; so does this.
"""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
RUNNABLE = 'if __name__ == "__main__":'


def main(names: list[str]) -> int:
    """Run them, print a table and return the exit code; 2 for a name that is not a benchmark's."""
    all_names = sorted(each.stem for each in HERE.glob("[a-z]*.py") if RUNNABLE in each.read_text("utf-8"))
    if unknown := set(names) - set(all_names):
        sys.stderr.write(f"no benchmark {min(unknown)!r}; there are {', '.join(all_names)}\n")
        return 2
    results = [(name, *_run(name)) for name in names or all_names]
    table = Table("benchmark", "seconds", "goals")
    for name, seconds, code in results:
        table.add_row(name, f"{seconds:.0f}", "met" if code == 0 else f"missed (exit {code})")
    Console().print(table)
    return int(any(code for _, _, code in results))


def _run(name: str) -> tuple[float, int]:
    """Run one and return its seconds and exit code."""
    sys.stdout.write(f"\n{name}\n{'-' * len(name)}\n")
    sys.stdout.flush()
    started = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False).returncode
    return time.perf_counter() - started, code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
