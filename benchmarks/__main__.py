"""Every benchmark in turn, each in a process of its own: `python -m benchmarks`, or some: `python -m benchmarks NAME`.

A benchmark is a module here that runs as `python -m benchmarks.NAME`, prints what it found and exits with 1 where it
missed a goal. Exit 1 where one did.
"""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
RUNNABLE = 'if __name__ == "__main__":'


def main(wanted: list[str]) -> int:
    """Run them and print a table of how each ended; 2 where a name is none of them."""
    known = sorted(each.stem for each in HERE.glob("[a-z]*.py") if RUNNABLE in each.read_text("utf-8"))
    if unknown := set(wanted) - set(known):
        sys.stderr.write(f"no benchmark {min(unknown)!r}; there are {', '.join(known)}\n")
        return 2
    ended = [(name, *_run(name)) for name in wanted or known]
    table = Table("benchmark", "seconds", "goals")
    for name, seconds, code in ended:
        table.add_row(name, f"{seconds:.0f}", "met" if code == 0 else f"missed (exit {code})")
    Console().print(table)
    return int(any(code for _, _, code in ended))


def _run(name: str) -> tuple[float, int]:
    """Seconds and exit code of one; what it prints goes through."""
    sys.stdout.write(f"\n{name}\n{'-' * len(name)}\n")
    sys.stdout.flush()
    started = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False).returncode
    return time.perf_counter() - started, code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
