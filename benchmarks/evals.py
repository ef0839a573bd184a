"""Runs every suite of the evaluations on the models of the settings, and prints what docs/evidence.md shows.

`python -m benchmarks.evals [--write]` measures each graph on its own set, holds the bake-off on the set that all graphs
share, works graphs that are made worse on purpose, and injects one error after another into steps to see whether the
right one is blamed. With `--write` the results replace those in docs/evidence.md. Every set's development half alone
is worked. Exits with 1 where a goal is missed.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.eval_view import mean_and_interval
from benchmarks.tables import MARKDOWN
from evals.dataset import SHARED, own_datasets
from evals.records import ExperimentSummary

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence.md"
PLOT = "docs/images/bakeoff.svg"
SHOWN = ("task_completion", "outcome", "route", "citations_recall", "grounded", "harm")
HEADER = f"| graph | messages | {' | '.join(SHOWN).replace('_', ' ')} | errors |\n{'|---' * (len(SHOWN) + 3)}|"
END = "<!-- end -->"
BATON = [sys.executable, "-m", "baton"]


def main(arguments: list[str]) -> int:
    """Run all suites; return the exit code."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        tables = {"own sets": "\n".join([HEADER, *map(_row, _own_sets())])}
        bakeoff = Path(home, "bakeoff.json")
        bakeoff.write_text(_output([*BATON, "eval", "bakeoff", "--json", "--svg", PLOT]), "utf-8")
        codes = [_code(["benchmarks.pattern_completion", str(bakeoff)])] if "--write" in arguments else []
    for name in ("sabotage", "blame"):
        code, tables[name] = _printed(f"benchmarks.{name}")
        codes.append(code)
    if "--write" in arguments:
        _write(tables)
    sys.stdout.write("\n\n".join(tables.values()) + f"\n\n{time.perf_counter() - began:.0f} s\n")
    return int(any(codes))


def _own_sets() -> list[ExperimentSummary]:
    """Measure each graph that has a set of its own on its development half."""
    names = sorted(each.stem for each in own_datasets().glob("*.jsonl") if each.stem != SHARED)
    return [json.loads(_output([*BATON, "eval", "run", name, "--json"])) for name in names]


def _row(result: ExperimentSummary) -> str:
    metrics = result["metrics"]
    figures = [mean_and_interval(metrics[name]) if name in metrics else "" for name in SHOWN]
    return f"| `{result['graph']}` | {result['examples']} | {' | '.join(figures)} | {result['errors']} |"


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE).stdout


def _code(module: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, check=False).returncode


def _printed(module: str) -> tuple[int, str]:
    """Run a benchmark; return its exit code and what it prints as Markdown."""
    command = [sys.executable, "-m", module, MARKDOWN]
    done = subprocess.run(command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE)
    return done.returncode, done.stdout.strip()


def _write(tables: dict[str, str]) -> None:
    """Replace what stands between the marks of each suite in the page of evidence."""
    page = PAGE.read_text("utf-8")
    for name, table in tables.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        page = before + mark + table + "\n" + rest[rest.index(END) :]
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
