"""Puts a bake-off on file: what each pattern completes beside what it costs, for `baton advise` and for the pages.

    baton eval bakeoff --json --svg docs/images/bakeoff.svg > bakeoff.json
    python -m benchmarks.pattern_completion bakeoff.json

Reads the object that `baton eval bakeoff --json` prints. Writes the part `bakeoff` of `app/pattern_costs.json`, the
last column of the table in `docs/choosing.md`, and the rows of the section "Bake-off" in `docs/evidence.md`.
"""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bakeoff_view import cells
from app.eval_view import mean_and_interval
from app.questions import COSTS
from benchmarks.pattern_costs import write_table
from evals.bakeoff.records import BakeoffResult, GraphFigures

EVIDENCE = Path(__file__).parents[1] / "docs" / "evidence.md"
SECTION = re.compile(r"^## Bake-off$.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROWS = re.compile(r"^\| `\w+` \|.*\|$(?:\n\| `\w+` \|.*\|$)*", re.MULTILINE)
MADE_BY = "baton eval bakeoff --json, python -m benchmarks.pattern_completion"


def part(result: BakeoffResult) -> dict[str, Any]:
    """Return the part of the file that a bake-off makes; graphs without an answer are left out."""
    return {
        "made_by": MADE_BY,
        "model": ", ".join(dict.fromkeys(result["models"].values())),
        "dataset": result["dataset"] + (f" ({result['split']})" if result["split"] else ""),
        "measured": datetime.fromtimestamp(result["created_at"], UTC).date().isoformat(),
        "messages": result["examples"],
        "graphs": {
            each["graph"]: {key: each["primary"][key] for key in ("mean", "ci95")}
            for each in result["graphs"]
            if each["primary"]["mean"] is not None
        },
    }


def write_rows(result: BakeoffResult) -> None:
    """Write a row for each graph into the page of evidence."""
    page = EVIDENCE.read_text("utf-8")
    [section] = SECTION.findall(page)
    rows = "\n".join(map(row, result["graphs"]))
    EVIDENCE.write_text(page.replace(section, ROWS.sub(rows, section, count=1)), "utf-8")


def row(figures: GraphFigures) -> str:
    """Return one graph's row of the page of evidence."""
    return f"| `{figures['graph']}` | {' | '.join([mean_and_interval(figures['primary']), *cells(figures)])} |"


def main(file: Path) -> int:
    """Write what the file says; return the exit code."""
    result: BakeoffResult = json.loads(file.read_text("utf-8"))
    if result["metric"] != "task_completion":
        sys.stderr.write(f"{file} was decided by {result['metric']}; show it again without --metric\n")
        return 2
    COSTS.write_text(
        json.dumps({**json.loads(COSTS.read_text("utf-8")), "bakeoff": part(result)}, indent=2) + "\n", "utf-8"
    )
    write_table()
    write_rows(result)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
