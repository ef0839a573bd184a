"""Measures in pairs whether a change that leaves what is asked changes the route, or the policy cited first.

`python -m benchmarks.answers.robustness MESSAGES.csv` reads the column `text` of real messages, as many as `--rows`.
Each message is routed and answered as it stands and changed: greetings, closings and small talk around it (those of the
half "test" were not looked at while the rules were made), upper case, no punctuation, two typing errors in ten words.
The offline stand-in drafts; what it cites depends on search and routing, and says nothing about language models.
It exits with 1 where a change is above its bar.
"""

import argparse
import asyncio
import csv
from pathlib import Path
from typing import NamedTuple

from bank.responders.draft import draft
from baton.cli.terminal.rows import Rows
from baton.offline.transport import Request
from benchmarks.answers.changes import changes
from desk.business import business, draft_context, knowledge
from desk.records import OTHER
from evals.statistics.intervals import wilson
from state.context import Context

DEFAULTS = Context.model_validate({})
ROUTE_BAR, CITED_BAR, TYPED_BAR = 0.02, 0.05, 0.15
TYPED = "typing errors"


class Outcome(NamedTuple):
    """The route of a message, and the policy that its draft cites first."""

    route: str
    cited: str


def main() -> int:
    """Measure every change, print the table, and return 1 where one is above its bar."""
    arguments = _arguments()
    with arguments.messages.open(encoding="utf-8", newline="") as file:
        messages = [row["text"] for row in csv.DictReader(file)][: arguments.rows]
    return asyncio.run(_measure(messages))


async def _measure(messages: list[str]) -> int:
    before = [await _outcome(each) for each in messages]
    rows, failed = (
        Rows("change", "route", "up to", "cited", "at most", "bars", wide="change", right=("route", "cited")),
        0,
    )
    for name, change in changes().items():
        after = [await _outcome(change(message, number)) for number, message in enumerate(messages)]
        pairs = list(zip(before, after, strict=True))
        routes = [one.route != other.route for one, other in pairs]
        cited = [one.cited != other.cited for one, other in pairs if one.cited]
        bars = (1.0, TYPED_BAR) if name == TYPED else (ROUTE_BAR, CITED_BAR)
        cells = [text for changed in (routes, cited) for text in _share(changed)]
        rows.add(name, *cells, " ".join(f"{bar:.2f}" for bar in bars))
        failed |= any(sum(changed) > bar * len(changed) for changed, bar in zip((routes, cited), bars, strict=True))
    rows.show()
    return int(failed)


async def _outcome(message: str) -> Outcome:
    desk = await knowledge()
    request, _ = business().reader.set_aside(message, desk)
    route = desk.guess(request).route if request else OTHER
    if route == OTHER:
        return Outcome(route, "")
    passages = await desk.search(request, route, DEFAULTS.passages)
    data = await draft_context({"request": request, "customer_id": None, "route": route, "passages": passages}, ())
    citations = draft(Request(data, "", "", [], {}))["citations"]
    return Outcome(route, citations[0] if citations else "")


def _share(changed: list[bool]) -> tuple[str, str]:
    """Return the share that changed and the upper end of its interval."""
    share = wilson(sum(changed), len(changed))
    return f"{share.mean or 0:.3f}", f"{share.high or 0:.3f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers.robustness", description=__doc__)
    parser.add_argument("messages", type=Path, help="a CSV file with the column text")
    parser.add_argument("--rows", type=int, default=None, help="the most messages (all)")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
