"""Measures whether a request is lost beside another one, and whether a message with one request is cut.

`python -m benchmarks.answers.requests` works the pairs of `bank/messages/pairs.jsonl` through `support_desk` and
`sectioning`, and each of their requests alone. A request is found again where the pair cites a policy that it alone
cites, has the action that it alone has (done, proposed or waiting for a person, who approves here), or names it in the
customer's words in `reply` or `reason`. `bank/messages/singles.jsonl`, and the column `text` of a file of real messages
(`--csv FILE`), are counted where the desk takes them for several. It exits with 1 where a share is below its bar.

The offline stand-in splits by the desk's own grammar and drafts by patterns: the shares say nothing about language
models.
"""

import argparse
import asyncio
import csv
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bank.knowledge import FOLDER, knowledge
from baton.cli.terminal.rows import Rows
from baton.records import Record
from baton.runs import registry
from baton.runs.runner import Runner
from baton.storage.records import RunSummary
from benchmarks.answers.working import share_cells, work_at
from desk.text.requests import requests_in
from desk.text.subject_words import subject_words
from evals.fresh_desks import batches, fresh_desk

GRAPHS, CONCURRENCY = ("support_desk", "sectioning"), 4
KEPT, CUT = 0.95, 0.03  # of the requests of pairs, at least; of the single messages, at most
QUOTED = 6  # words of a request that name it; a long quote is shortened
NAMED = 0.6  # of the words of a request that mean something, in one quote: alone it also says what the message left out
OWN, FEWEST = 0.7, 3  # of the words of a quote, at least three, that are the request's: it is a piece of it
QUOTE = re.compile("“([^”]*)”")
R = TypeVar("R", bound=Record)


class Pair(Record):
    """Two requests in one message, and the way in which they are joined."""

    id: str
    message: str
    customer_id: str
    joined: str
    requests: tuple[str, str]
    same_route: bool
    split: str


class Single(Record):
    """A message with one request."""

    id: str
    message: str
    customer_id: str
    split: str


class Ending(Record):
    """What a run came to: the words that somebody reads, the citations, and the names of its actions."""

    words: str
    citations: set[str]
    actions: set[str]
    outcome: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables and return 1 where a share is below its bar."""
    options = _options().parse_args(arguments)
    table = Rows("half", "what", "n", "good", "share", "95 % interval", wide="what")
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        sound = [*_singles(table, options.csv)]
        for graph in options.graph or GRAPHS:
            sound += _pairs(table, graph, show=options.show)
    table.show()
    return int(not all(sound))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers.requests")
    parser.add_argument(
        "--csv", type=Path, help="real messages, nearly all with one request: a file with a column text"
    )
    parser.add_argument("--graph", action="append", choices=GRAPHS, help="this graph alone")
    parser.add_argument("--show", action="store_true", help="print what was lost in the half dev")
    return parser


def _singles(table: Rows, file: Path | None) -> Iterator[bool]:
    """Add a row for each half of the single messages and for the file; yield whether few enough are cut."""
    singles = _read("singles.jsonl", Single)
    groups = [
        (half, "one request, not cut", [s.message for s in singles if s.split == half]) for half in ("dev", "test")
    ]
    if file is not None:
        with file.open(encoding="utf-8", newline="") as lines:
            groups.append(("", f"{file.name}, not cut", [row["text"] for row in csv.DictReader(lines)]))
    for half, what, messages in groups:
        whole = sum(len(requests_in(each, knowledge())) == 1 for each in messages)
        _row(table, half, what, whole, len(messages))
        yield whole >= (1 - CUT) * len(messages)


def _pairs(table: Rows, graph: str, *, show: bool) -> Iterator[bool]:
    """Add the rows of a graph; yield for each half whether enough pairs keep both requests."""
    pairs = _read("pairs.jsonl", Pair)
    alone = list(dict.fromkeys((each, pair.customer_id) for pair in pairs for each in pair.requests))
    endings = asyncio.run(_work(graph, [*alone, *((pair.message, pair.customer_id) for pair in pairs)]))
    reference, ends = dict(zip(alone, endings, strict=False)), endings[len(alone) :]
    lost = {
        pair.id: [each for each in pair.requests if not _found(each, reference[each, pair.customer_id], end)]
        for pair, end in zip(pairs, ends, strict=True)
    }
    for half in ("dev", "test"):
        mine = [each for each in pairs if each.split == half]
        for kind in dict.fromkeys(each.joined for each in mine):
            kept = [not lost[each.id] for each in mine if each.joined == kind]
            _row(table, half, f"{graph}: joined by {kind}, nothing lost", sum(kept), len(kept))
        kept = [not lost[each.id] for each in mine]
        _row(table, half, f"{graph}: nothing lost", sum(kept), len(kept))
        yield sum(kept) >= KEPT * len(kept)
    if show:
        _show([(each, lost[each.id]) for each in pairs if each.split == "dev" and lost[each.id]])


def _show(lost: list[tuple[Pair, list[str]]]) -> None:
    """Print the pairs of the half dev that lost a request."""
    rows = Rows("pair", "message", "lost", wide="message")
    for pair, requests in lost:
        rows.add(pair.id, pair.message, " | ".join(requests))
    rows.show()


def _found(request: str, alone: Ending, end: Ending) -> bool:
    """Return whether a request has its answer or its action, or is named as left to a person."""
    if _is_named(request, end.words):
        return True
    if alone.actions:
        return bool(alone.actions & end.actions)
    return alone.outcome == "answered" and bool(alone.citations & end.citations)


def _is_named(request: str, words: str) -> bool:
    """Return whether a text quotes a request: its first words in their order, most words of sense, or a piece of it."""
    first, own, quotes = " ".join(_plain(request).split()[:QUOTED]), subject_words(request), QUOTE.findall(words)
    shared = (len(own & subject_words(quote)) for quote in quotes)
    is_whole = first in _plain(words) or any(each >= NAMED * len(own) > 0 for each in shared)
    return is_whole or any(_is_piece(_plain(quote).split(), _plain(request).split()) for quote in quotes)


def _is_piece(quote: Sequence[str], request: Sequence[str]) -> bool:
    return len(quote) >= FEWEST and sum(each in request for each in quote) >= OWN * len(quote)


async def _work(graph: str, messages: list[tuple[str, str]]) -> list[Ending]:
    """Return the ending of each message; those of one customer are each worked on a bank of their own."""
    ends = dict[int, Ending]()
    for batch in batches(customer for _, customer in messages):
        async with fresh_desk() as desk:
            runner = Runner(desk, registry.load)
            runs = await work_at(runner, graph, [messages[each] for each in batch])
            ends |= {number: await _end(runner, run) for number, run in zip(batch, runs, strict=True)}
    return [ends[number] for number in range(len(messages))]


async def _end(runner: Runner, run: RunSummary) -> Ending:
    """Return the ending of a run; a person approves what waits."""
    while run["status"] == "waiting":
        decisions = [{"type": "approve"} for _ in run["waiting_for"][0]["action_requests"]]
        run = await runner.decide(
            run["thread_id"], {"decisions": decisions}, interrupt_id=run["waiting_for"][0]["interrupt_id"]
        )
    output: dict[str, Any] = run["output"] or {}
    return Ending(
        words=f"{output.get('reply')} {output.get('reason')}",
        citations=set(output.get("citations", [])),
        actions={each["name"] for each in output.get("actions", [])},
        outcome=str(output.get("outcome")),
    )


def _read(name: str, kind: type[R]) -> list[R]:
    return [kind.model_validate_json(line) for line in (FOLDER / "messages" / name).read_text("utf-8").splitlines()]


def _plain(text: str) -> str:
    """Return the words of a text in lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _row(table: Rows, half: str, what: str, good: int, n: int) -> None:
    table.add(half, what, str(n), str(good), *share_cells(good, n))


if __name__ == "__main__":
    raise SystemExit(main())
