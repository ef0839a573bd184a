"""Measures how long the commands that only look take to start, against a Python that does nothing.

    python -m benchmarks.startup

Prints the median of each in seconds and its ratio to `python -c pass`; exit 1 where one costs more than the budget.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 10
BUDGET_S = 0.25  # above an empty Python
BATON = ("-m", "baton")
COMMANDS = {
    "nothing": ("-c", "pass"),
    "baton --help": (*BATON, "--help"),
    "baton graphs": (*BATON, "graphs"),
    "baton runs": (*BATON, "runs"),
}
ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure, print and return the exit code. The commands take turns, so that a busy machine slows all of them."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(ROUNDS + 1):
            for name, arguments in COMMANDS.items():
                times[name].append(_time_command(arguments, home))
    medians = {name: median(each[1:]) for name, each in times.items()}  # the first round compiles byte code
    floor = medians["nothing"]
    for name, seconds in medians.items():
        sys.stdout.write(f"{name:<14} {seconds:.3f} s  {seconds / floor:.1f} times\n")
    return int(any(seconds - floor > BUDGET_S for seconds in medians.values()))


def _time_command(arguments: tuple[str, ...], home: str) -> float:
    started = time.perf_counter()
    environment = {"BATON_HOME": home, "PATH": ""}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT, env=environment)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
