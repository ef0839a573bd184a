"""Measures routing, search and citation on messages with a known intent: whether the right policy comes through.

python -m benchmarks.answers.search FILE.csv [--policies FILE.json ...]

FILE has the columns `text`, `intent` and `route`. A file of policies says which of them answer an intent, any of
several: `{"intent": ["ID", ...]}` or `{"intent": {"ID": "why"}}`; `evals/policies_of_intents.json` is always read.

Search and citation are measured on the messages that reach a route of the desk at the shipped threshold. The citation
is the offline model's, which takes the search's word for much; it says nothing about language models.
With `BATON_EMBEDDINGS` everything is measured without and with it, and the gain of each message is paired. Exits 1
where a share is below its bar.
"""

import argparse
import asyncio
import csv
import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.eval_view import mean_and_interval
from bank.responders.draft import draft
from baton.cli.terminal.output import say
from baton.cli.terminal.rows import Rows
from baton.models.data_blocks import data_block
from baton.offline.transport import Request
from desk.business import business, draft_context
from desk.knowledge.embeddings import SETTING
from desk.records import OTHER
from evals.statistics.intervals import wilson
from evals.statistics.paired import paired_difference
from state.context import Context

ADDED = Path(__file__).parents[2] / "evals" / "policies_of_intents.json"
NUMBERS = (2, 4, 6, 8, 10)  # of passages
DEFAULTS = Context.model_validate({})
FORCED, COVERAGE, ACCURACY = 0.89, 0.72, 0.97  # the bars of routing
FOUND, CITED = {False: 0.92, True: 0.95}, {False: 0.82, True: 0.85}  # without and with embeddings


class Row(NamedTuple):
    """One message with what is right of it."""

    text: str
    route: str
    policies: frozenset[str]


class Answer(NamedTuple):
    """What the desk makes of one message; without a sure route neither found nor cited."""

    forced: bool
    sure: bool
    found: dict[int, bool]
    cited: bool
    agrees: bool
    """Whether a cited policy says that it answers the likeliest topic."""
    seconds: float


def main() -> int:
    """Measure, print the tables, and return 1 below a bar."""
    given = _arguments()
    rows, folder = _rows(given.file, [ADDED, *given.policies]), os.environ.pop(SETTING, None)
    answers = {False: asyncio.run(_answers(rows))}
    if folder:
        os.environ[SETTING] = folder
        answers[True] = asyncio.run(_answers(rows))
    passed = [_show(measured, embedded=embedded) for embedded, measured in answers.items()]
    if folder:
        _show_gain(answers[False], answers[True])
    return 0 if all(passed) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure routing, search and citation on messages of known intent.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--policies", type=Path, nargs="*", default=[])
    return parser.parse_args()


def _rows(file: Path, policies: Sequence[Path]) -> list[Row]:
    """Return the messages; an intent is looked up in every file of policies."""
    right: dict[str, set[str]] = {}
    for each in policies:
        for intent, ids in json.loads(each.read_text("utf-8")).items():
            right.setdefault(intent, set()).update(ids)
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Row(line["text"], line["route"], frozenset(right.get(line["intent"], ()))) for line in csv.DictReader(lines)
        ]


async def _answers(rows: Sequence[Row]) -> list[Answer]:
    desk = business().knowledge()
    await asyncio.to_thread(desk.load)
    return [await _answer(row) for row in rows]


async def _answer(row: Row) -> Answer:
    desk = business().knowledge()
    guess = desk.guess(row.text)
    right, sure = guess.route == row.route, guess.confidence >= DEFAULTS.route_threshold
    if not sure or guess.route == OTHER:
        return Answer(right, sure, {}, cited=False, agrees=False, seconds=0)
    begun = time.perf_counter()
    ids = await desk.search(row.text, guess.route, max(NUMBERS))
    seconds = time.perf_counter() - begun
    inquiry = {"request": row.text, "route": guess.route, "customer_id": None, "passages": ids[: DEFAULTS.passages]}
    data = data_block(await draft_context(inquiry, []))
    cited = draft(Request.of({"messages": [{"role": "user", "content": data}]}))["citations"]
    found = {most: any(each.policy_id in row.policies for each in desk.passages(ids[:most])) for most in NUMBERS}
    topic = next(iter(desk.topics(row.text, 1, guess.route)), "").partition("/")[2]
    return Answer(right, sure, found, bool(row.policies & set(cited)), topic in desk.topics_of(cited), seconds)


def _show(answers: Sequence[Answer], *, embedded: bool) -> bool:
    """Print the table of one measurement and return whether all its bars are kept."""
    table = Rows("measure", "share", "of", "bar", wide="measure", right=("share", "of", "bar"))
    kept = list[bool]()
    for name, values, bar in _shares(answers, embedded=embedded):
        share = wilson(sum(values), len(values))
        table.add(name, mean_and_interval(share.as_object()), str(share.n), "" if bar is None else f"{bar:.2f}")
        kept.append(bar is None or (share.mean or 0.0) >= bar)
    times = np.percentile([1000 * each.seconds for each in answers if each.found], [50, 95])
    say("with embeddings" if embedded else "without embeddings")
    table.show()
    say(f"a search takes {times[0]:.1f} ms, 95 % of them at most {times[1]:.1f} ms\n")
    return all(kept)


def _shares(answers: Sequence[Answer], *, embedded: bool) -> Iterator[tuple[str, list[bool], float | None]]:
    """Yield the name of each share, its values and its bar."""
    sure, drafted = [each for each in answers if each.sure], [each for each in answers if each.found]
    yield "right route, every message", [each.forced for each in answers], FORCED
    yield "routed with confidence", [each.sure for each in answers], COVERAGE
    yield "right route, of those", [each.forced for each in sure], ACCURACY
    for most in NUMBERS:
        bar = FOUND[embedded] if most == DEFAULTS.passages else None
        yield f"right policy in {most} passages", [each.found[most] for each in drafted], bar
    yield "right policy cited", [each.cited for each in drafted], CITED[embedded]
    yield "citation and topic agree", [each.agrees for each in drafted], None
    yield "right policy cited, where they agree", [each.cited for each in drafted if each.agrees], None
    yield "right policy cited, where they do not", [each.cited for each in drafted if not each.agrees], None


def _show_gain(without: Sequence[Answer], with_them: Sequence[Answer]) -> None:
    """Print what embeddings gain, message by message: of all for the route, of those that both draft for the rest."""
    pairs = list(zip(without, with_them, strict=True))
    both, most = [pair for pair in pairs if all(each.found for each in pair)], DEFAULTS.passages
    gains = {
        "right route, every message": [(a.forced, b.forced) for a, b in pairs],
        "routed with confidence": [(a.sure, b.sure) for a, b in pairs],
        f"right policy in {most} passages": [(a.found[most], b.found[most]) for a, b in both],
        "right policy cited": [(a.cited, b.cited) for a, b in both],
    }
    table = Rows("gain by embeddings", "share", "of", wide="gain by embeddings", right=("share", "of"))
    for name, values in gains.items():
        difference = paired_difference(*np.array(values, dtype=np.float64).T)
        table.add(
            name,
            mean_and_interval({"mean": difference.mean, "ci95": [difference.low, difference.high], "n": len(values)}),
            str(len(values)),
        )
    table.show()


if __name__ == "__main__":
    raise SystemExit(main())
